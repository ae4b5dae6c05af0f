//! The first forms of what other checks ask for in full: what a server of few lines can do.

use grader::{Check, Failure, Server, Target, Verdict, answered, expect, random};

use crate::lenient::{has_page, is_page, told};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub const CHECKS: &[Check] = &[
    Check {
        id: "no-page-for-other-lines",
        title: "a request line that is not three parts of visible ASCII gets no page",
        rule: "RFC 9112 s3: method SP request-target SP HTTP-version",
        hint: "Split at each single space: exactly three parts, none of them empty, and nothing but \
               visible ASCII in them. Anything else is Problem::Refuse(400).",
        run: no_page,
    },
    Check {
        id: "malformed-request-line-400",
        title: "a request line that is not three parts of visible ASCII is answered with 400",
        rule: "RFC 9112 s3: method SP request-target SP HTTP-version",
        hint: "Split at each single space: exactly three parts, none of them empty, no other bytes.",
        run: malformed,
    },
    Check {
        id: "reads-on-after-the-answer",
        title: "a client that has its answer can still send the rest of its request",
        rule: "RFC 9112 s9.6: close in stages; what is sent to a closed socket is answered by a reset",
        hint: "After the answer, shut down the write side only, then read and throw away until read \
               returns 0 or two seconds are over. Shutdown::Both reads nothing.",
        run: reads_on,
    },
    Check {
        id: "unread-content-does-not-eat-the-answer",
        title: "a client that sends more than the head gets its answer whole, without a reset",
        rule: "RFC 9112 s9.6: close in stages, or a reset erases what the client has not read yet",
        hint: "Shut down the write side, read until the client has closed too, and only then close.",
        run: unread_content,
    },
];

const WRONG: [&[u8]; 6] = [
    b"GET / x HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET\t/\tHTTP/1.1",
    b"GET /\xFF HTTP/1.1",
    b"GET /",
    b"GET / HTTP/1.1 ",
];

fn no_page(target: &Target) -> Verdict {
    let server = target.start()?;
    for line in WRONG {
        let path = random::name();
        let (client, page) = told(&server, format!("GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n"))?;
        has_page(&client, &page)?;
        expect(&client, page.contains(&path), "the page shows the target")?;
        let (client, answer) = told(&server, [line, b"\r\nHost: x\r\n\r\n"].concat())?;
        let what = format!("no page comes for the line {}", line.escape_ascii());
        expect(&client, !is_page(&answer), what)?;
    }
    Ok(())
}

/// A server waits two seconds for the rest, and on a busy machine they may be over.
fn reads_on(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut verdict = Ok(());
    for _ in 0..3 {
        verdict = sends_the_rest(&server);
        if verdict.is_ok() {
            break;
        }
    }
    verdict?;
    answered(&server, REQUEST, 200)
}

fn sends_the_rest(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 640000\r\n\r\n")?;
    client.response("GET")?.expect_status(&client, 200)?;
    let piece = [b'x'; 10_000];
    (0..64).try_for_each(|_| client.send(&piece)).map_err(|failure: Failure| {
        failure.retitled("expected that the rest of the request is still taken after the answer")
    })
}

fn malformed(target: &Target) -> Verdict {
    let server = target.start()?;
    answered(&server, REQUEST, 200)?;
    let lines: [&[u8]; 6] = [
        b"GET /",
        b"GET / x HTTP/1.1",
        b"GET  / HTTP/1.1",
        b"GET /\xFF HTTP/1.1",
        b"GET / HTTP/x",
        b"GET\t/\tHTTP/1.1",
    ];
    for line in lines {
        answered(&server, [line, b"\r\nHost: x\r\n\r\n"].concat(), 400)?;
        answered(&server, REQUEST, 200)?;
    }
    Ok(())
}

fn unread_content(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = vec![b'x'; 1024 * 1024];
    for _ in 0..3 {
        let mut client = server.connect()?;
        let head =
            format!("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", content.len());
        client.send(&[head.as_bytes(), &content].concat())?;
        client.response("GET")?.expect_status(&client, 200)?;
        client.sees_end()?;
    }
    answered(&server, REQUEST, 200)
}
