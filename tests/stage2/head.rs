//! The head is read until its empty line, however its bytes arrive.

use grader::escape::{escape, for_printf};
use grader::{Check, Failure, Server, Target, Verdict, ask, expect, random};

use crate::lenient::{begins_a_page, has_page, rest, told, told_late};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

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
        title: "a request that is cut anywhere in its line ends is answered, and not before it is whole",
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
        hint: "Read on until the empty line, however many fields come before it.",
        run: forty_fields,
    },
    Check {
        id: "connect-and-leave",
        title: "a client that leaves without a word, or in the middle of the head, hurts nobody",
        rule: "POSIX read(2): 0 at the end; it is no request",
        hint: "read returns 0 when the client has left: nothing more will come, and an empty head is \
               no reason to panic.",
        run: connect_and_leave,
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
    let cuts = (0..REQUEST.len()).filter(|&at| "\r\n".contains(&REQUEST[at..=at]));
    for cut in cuts {
        let mut client = server.connect()?;
        let (first, second) = REQUEST.split_at(cut);
        client.send_pieces([first, second])?;
        begins_a_page(&mut client)?;
    }
    let (client, answer) = told_late(&server, REQUEST.as_bytes(), REQUEST.len() - 1)?;
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

fn connect_and_leave(target: &Target) -> Verdict {
    let server = target.start()?;
    // Who answers before the head is whole can't have noticed its end.
    let (client, answer) = told_late(&server, REQUEST.as_bytes(), REQUEST.len() / 2)?;
    has_page(&client, &answer)?;
    drop(client);
    for start in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut client = server.connect()?;
        client.send(start.as_bytes())?;
        drop(client);
        served(&server).map_err(|failure| after_one_that_left(failure, start))?;
    }
    expect(&server, server.alive(), "the server still runs")
}

/// What was sent before belongs to another connection than the one on which the failure was seen.
fn after_one_that_left(failure: Failure, start: &str) -> Failure {
    let sent = match start {
        "" => "nothing".to_owned(),
        start => escape(start.as_bytes()),
    };
    let ask =
        |bytes: &str| format!("printf {} | nc -N 127.0.0.1 8888", for_printf(bytes.as_bytes()));
    failure
        .detail(format!("the client before this one had sent {sent}, and left"))
        .by_hand(format!("{}; {}", ask(start), ask(REQUEST)))
}

fn served(server: &Server) -> Verdict {
    let (client, answer) = told(server, REQUEST)?;
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
