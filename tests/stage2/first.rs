//! The first forms of what other checks ask for in full: what a server of few lines can do.

use grader::{Check, Target, Verdict, answered};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub const CHECKS: &[Check] = &[
    Check {
        id: "malformed-request-line-400",
        title: "a request line that is not three parts of visible ASCII is answered with 400",
        rule: "RFC 9112 s3: method SP request-target SP HTTP-version",
        hint: "Split at each single space: exactly three parts, none of them empty, no other bytes.",
        run: malformed,
    },
    Check {
        id: "unread-content-does-not-eat-the-answer",
        title: "a client that sends more than the head gets its answer whole, without a reset",
        rule: "RFC 9112 s9.6: close in stages, or a reset erases what the client has not read yet",
        hint: "Shut down the write side, read until the client has closed too, and only then close.",
        run: unread_content,
    },
];

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
