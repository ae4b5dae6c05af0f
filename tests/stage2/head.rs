//! The head is read until its empty line, however its bytes arrive.

use grader::escape::{escape, for_printf};
use grader::{Check, Failure, Seen, Server, Target, Verdict, ask, expect, random};

use crate::lenient::{begins_a_page, has_page, is_page, rest, told, told_late};

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
        id: "head-with-bytes-behind-it",
        title: "a head is whole at its empty line, whatever arrives with it after that",
        rule: "RFC 9112 s6: content follows the empty line; a read may bring both",
        hint: "Bytes may follow the empty line and arrive with it: the content of a POST, or the \
               next request. Look for CR LF CR LF anywhere in the bytes so far, and not only at \
               their end.",
        run: bytes_behind,
    },
    Check {
        id: "head-ends-with-crlf-crlf",
        title: "only CR LF CR LF ends a head: two LF don't, and neither does the end of the stream",
        rule: "RFC 9112 s2.1: the head ends with CRLF CRLF; s8: a message that is not complete",
        hint: "Look for the four bytes CR LF CR LF. An LF alone ends no line (the line readers of \
               the standard library take it for an end), and what has arrived when read returns 0 \
               is half a head, which gets no page.",
        run: ends_with_crlf_crlf,
    },
    Check {
        id: "head-that-is-no-text",
        title: "a head with a byte in it that is no UTF-8 is read to its end",
        rule: "RFC 9110 s5.5: a field value may have bytes from 0x80 to 0xFF, in any encoding",
        hint: "A head is bytes, and a field may have bytes that are no UTF-8. Keep it in a Vec<u8>: \
               what makes a String of all of it fails at such a byte.",
        run: no_text,
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

fn bytes_behind(target: &Target) -> Verdict {
    let server = target.start()?;
    for behind in ["x", "name=Ada", "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\nx"] {
        let mut client = server.connect()?;
        client.send((REQUEST.to_owned() + behind).as_bytes())?;
        match begins_a_page(&mut client) {
            // The server has closed it, and not read all: to do that gently is a later step.
            Err(failure) if failure.kind() == Seen::Reset => {}
            other => other?,
        }
    }
    Ok(())
}

/// What is no end of a head.
const NO_END: [(&str, &str); 4] = [
    ("GET / HTTP/1.1\r\nHost: localhost\n\n", "ends with LF LF"),
    ("GET / HTTP/1.1\r\nHost: localhost\r\n\n", "ends with CR LF LF"),
    ("GET / HTTP/1.1\nHost: localhost\n\n", "has LF in place of each CR LF"),
    ("GET / HTTP/1.1\r\nHost: localhost\r\n", "has no empty line"),
];

fn ends_with_crlf_crlf(target: &Target) -> Verdict {
    let server = target.start()?;
    served(&server)?;
    for (head, flaw) in NO_END {
        let (client, answer) = told(&server, head)?;
        expect(&client, !is_page(&answer), format!("no page comes for a head that {flaw}"))?;
    }
    served(&server)
}

fn no_text(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Name: Andr\xE9\r\n\r\n")?;
    begins_a_page(&mut client)
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
