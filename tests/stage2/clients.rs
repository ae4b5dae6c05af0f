//! Clients that send too much, too little, too slowly, or leave: none of them hurts the next one.

use std::time::{Duration, Instant};

use grader::{Check, Server, Target, Verdict, answered, expect};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub const CHECKS: &[Check] = &[
    Check {
        id: "unread-bytes-do-not-eat-the-answer",
        title: "a client that sends more than the head gets its answer whole, without a reset",
        rule: "RFC 9112 s9.6: close in stages, or a reset erases what the client has not read yet",
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
    Check {
        id: "dribbler-408",
        title: "a client that sends a byte now and then is answered with 408 at the deadline",
        rule: "RFC 9110 s15.5.9; HEAD_TIMEOUT counts from the start, not from the last byte",
        hint: "A timeout for each read starts anew with each byte: compute what is left of the whole.",
        run: dribbler,
    },
    Check {
        id: "silence-is-closed",
        title: "a connection on which nothing comes is closed after a second, without an answer",
        rule: "RFC 9112 s9.5: a server may close an idle connection; there is no request to answer",
        hint: "408 only if at least one byte came; and a client has a second to send it.",
        run: silence,
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
    let mut client = server.connect()?;
    // Refused after a small part of it, while the client goes on sending.
    client.send(&[b"GET /", &[b'a'; 1024 * 1024][..]].concat())?;
    client.response("GET")?.expect_status(&client, 414)?;
    client.sees_end()?;
    drop(client);
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

/// A byte at each look, far more often than the deadline: only an absolute one is ever reached.
fn dribbler(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "0.3").start()?;
    let mut client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\nX: ")?;
    let answer = server.wait_until("an answer to the client that dribbles", || {
        client.send_what_is_taken(b"x", 1);
        (!client.is_quiet()).then_some(())
    });
    answer.map_err(|failure| {
        let typed = "(printf 'GET / HTTP/1.1\\r\\nX: '; while sleep 0.1; do printf x; done)";
        failure
            .detail("HEAD_TIMEOUT was 0.3, and a byte came every few milliseconds")
            .by_hand(format!("{typed} | nc 127.0.0.1 8888"))
            .of(&client)
    })?;
    client.response("GET")?.expect_status(&client, 408)?;
    client.sees_end()?;
    drop(client);
    next(&server)
}

/// However long a head may take, the first byte has a second.
fn silence(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "60").start()?;
    let start = Instant::now();
    let mut client = server.connect()?;
    client.sees_end().map_err(|failure| {
        failure
            .detail("HEAD_TIMEOUT was 60")
            .by_hand("start the server with HEAD_TIMEOUT=60; nc 127.0.0.1 8888")
    })?;
    let has_waited = start.elapsed() > Duration::from_millis(800);
    expect(&client, has_waited, "a client has a second for its first byte")?;
    next(&server)
}
