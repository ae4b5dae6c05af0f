//! Clients that send too much, or leave: none of them hurts the next one.

use grader::escape::for_printf;
use grader::{Check, Server, Target, Verdict, answered, expect};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub const CHECKS: &[Check] = &[
    Check {
        id: "unread-bytes-do-not-eat-the-answer",
        title: "a client that sends more than the head gets its answer whole, without a reset",
        rule: "RFC 9112 s9.6: close in stages, or a reset may take the answer from the client",
        hint: "Shut down the write side, read until the client has closed too, and only then close.",
        run: unread_bytes,
    },
    Check {
        id: "refusal-reaches-a-client-that-still-sends",
        title: "a client whose request is refused in the middle of it gets the refusal",
        rule: "RFC 9112 s9.6",
        hint: "Close a refused connection as gently as any other.",
        run: refusal_arrives,
    },
    Check {
        id: "reset-before-the-answer",
        title: "a client that resets before it got its answer hurts nobody",
        rule: "POSIX write(2): EPIPE, ECONNRESET",
        hint: "The error of one client must not leave the accept loop.",
        run: reset_before_the_answer,
    },
];

/// The next client is served. Drop the last one before: this server reads on until it has closed.
fn next(server: &Server) -> Verdict {
    answered(server, REQUEST, 200)
}

fn unread_bytes(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = "x".repeat(1024 * 1024);
    for (method, status) in [("GET", 200), ("POST", 501)] {
        let length = content.len();
        let head = format!("{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        let mut client = server.connect()?;
        client.send((head + &content).as_bytes())?;
        client.response(method)?.expect_status(&client, status)?;
        client.sees_end()?;
    }
    next(&server)
}

fn refusal_arrives(target: &Target) -> Verdict {
    let server = target.start()?;
    // Refused after a small part of it, while the client goes on sending.
    for (start, status) in [("GET /", 414), ("GET /\r\n\r\n", 400), ("GET / HTTP/2.0\r\n\r\n", 505)]
    {
        let mut client = server.connect()?;
        client.send(&[start.as_bytes(), &[b'a'; 1024 * 1024]].concat())?;
        let seen = client.response("GET").and_then(|response| {
            response.expect_status(&client, status)?;
            client.sees_end()
        });
        seen.map_err(|failure| {
            let typed =
                format!("printf {}; head -c 1048576 /dev/zero", for_printf(start.as_bytes()));
            failure
                .detail(format!("this request is refused with {status}, and a mebibyte follows it"))
                .by_hand(format!("({typed}) | nc -N 127.0.0.1 8888"))
        })?;
    }
    next(&server)
}

fn reset_before_the_answer(target: &Target) -> Verdict {
    let server = target.start()?;
    for start in ["", "GET / HT", REQUEST] {
        let mut client = server.connect()?;
        client.send(start.as_bytes())?;
        client.reset()?;
        next(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}
