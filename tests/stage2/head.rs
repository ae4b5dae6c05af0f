//! The head is read until its empty line, however its bytes arrive.

use grader::{Check, Target, Verdict, ask, expect, random};

use crate::lenient::{has_page, rest, told_late};

pub const CHECKS: &[Check] = &[
    Check {
        id: "head-byte-by-byte",
        title: "a request that arrives one byte at a time is answered",
        rule: "POSIX read(2): a byte stream has no messages",
        hint: "Read in a loop, append to a buffer, and look for the empty line in the whole buffer.",
        run: byte_by_byte,
    },
    Check {
        id: "head-in-pieces",
        title: "a request that is cut between CR and LF, or inside the empty line, is answered",
        rule: "RFC 9112 s2.1: the head ends with CRLF CRLF, wherever a read ends",
        hint: "The last read may bring only a part of CRLF CRLF: search from three bytes before it.",
        run: in_pieces,
    },
    Check {
        id: "head-of-5-kb",
        title: "a head of five kilobytes is read to its end",
        rule: "RFC 9112 s3: request lines of 8,000 bytes should be supported, and fields besides",
        hint: "One read of 1024 bytes is not a request: read on until the empty line.",
        run: five_kilobytes,
    },
    Check {
        id: "head-of-40-fields",
        title: "a head of forty fields is read to its end",
        rule: "RFC 9112 s5: any number of field lines; here up to 100",
        hint: "Browsers send twenty fields, proxies add more: an array of 16 is too short.",
        run: forty_fields,
    },
    Check {
        id: "two-requests-in-one-segment",
        title: "of two requests in one segment the first is answered, and then the connection ends",
        rule: "RFC 9112 s9.6: after Connection: close the rest is not answered, and not reset either",
        hint: "Unread bytes in a closed socket make the kernel send a reset: read them before closing.",
        run: two_requests,
    },
];

fn byte_by_byte(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    let mut client = server.connect()?;
    client.send_bytewise(format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
    let (client, answer) = rest(client)?;
    has_page(&client, &answer)?;
    expect(&client, answer.contains(&path), "the page shows the target")
}

fn in_pieces(target: &Target) -> Verdict {
    let server = target.start()?;
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let cuts = (0..request.len()).filter(|&at| "\r\n".contains(&request[at..=at]));
    for cut in cuts {
        let mut client = server.connect()?;
        let (first, second) = request.split_at(cut);
        client.send_pieces([first, second])?;
        let (client, answer) = rest(client)?;
        has_page(&client, &answer)?;
    }
    let (client, answer) = told_late(&server, request.as_bytes(), request.len() - 1)?;
    has_page(&client, &answer)
}

fn five_kilobytes(target: &Target) -> Verdict {
    let server = target.start()?;
    let cookie = "c".repeat(5000);
    let request = format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
    let (client, answer) = told_late(&server, request.as_bytes(), 1024)?;
    has_page(&client, &answer)
}

fn forty_fields(target: &Target) -> Verdict {
    let server = target.start()?;
    // Longer than one read of 1,024 or 2,048 bytes.
    let value = random::name().repeat(8);
    let fields: String = (1..40).map(|number| format!("X-Field-{number}: {value}\r\n")).collect();
    let request = format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
    let (client, answer) = told_late(&server, request.as_bytes(), 1024)?;
    has_page(&client, &answer)
}

fn two_requests(target: &Target) -> Verdict {
    let server = target.start()?;
    let (first, second) = (random::name(), random::name());
    let request = |path| format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (mut client, response) = ask(&server, request(&first) + &request(&second))?;
    response.expect_status(&client, 200)?;
    expect(&client, response.text().contains(&first), "the page shows the first target")?;
    client.sees_end()
}
