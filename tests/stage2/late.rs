//! Clients that are late with their request, or never send it; and a server that is interrupted while
//! it waits for them.

use std::time::{Duration, Instant};

use grader::process::state;
use grader::{Check, Client, Failure, Seen, Server, Signal, Target, Verdict};
use grader::{answered, expect, wait_until};

use crate::closing::takes_the_rest;

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub const CHECKS: &[Check] = &[
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
    Check {
        id: "head-time-from-the-connection",
        title: "the time for the head counts from the connection, not from its first byte",
        rule: "the exercise: one moment at which the whole head must have come",
        hint: "Note when the client connected, before the first read: HEAD_TIMEOUT counts from then.",
        run: begins_late,
    },
    Check {
        id: "stopped-and-continued",
        title: "a server that is stopped with Ctrl-Z and continued in the middle of a head goes on",
        rule: "signal(7): on Linux a read with a timeout then ends with EINTR, and nothing was read",
        hint: "ErrorKind::Interrupted is no failure of the connection: read again.",
        run: stopped_and_continued,
    },
];

/// A byte at each look, far more often than the deadline: only an absolute one is ever reached.
fn dribbler(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "0.3").start()?;
    let mut verdict = Ok(());
    // A server waits two seconds for the rest, and on a busy machine they may be over.
    for _ in 0..3 {
        verdict = takes_the_rest(&mut too_late(&server)?);
        if verdict.is_ok() {
            break;
        }
    }
    verdict?;
    answered(&server, REQUEST, 200)
}

/// A client that has dribbled, and has been told that it was too late.
fn too_late(server: &Server) -> Result<Client, Failure> {
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
    Ok(client)
}

/// However long a head may take, the first byte has a second.
fn silence(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "60").start()?;
    let start = Instant::now();
    let mut client = server.connect()?;
    client
        .sees_end()
        .map_err(|failure| failure.detail("HEAD_TIMEOUT was 60").by_hand("nc 127.0.0.1 8888"))?;
    let has_waited = start.elapsed() > Duration::from_millis(800);
    expect(&client, has_waited, "a client has a second for its first byte")?;
    answered(&server, REQUEST, 200)
}

const HEAD_TIMEOUT: Duration = Duration::from_millis(1500);

/// On a busy machine an answer may be late by itself.
fn begins_late(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "1.5").start()?;
    let mut verdict = Ok(());
    for _ in 0..3 {
        verdict = is_told_in_time(&server);
        if verdict.as_ref().map_or_else(|failure| failure.kind() == Seen::Hung, |()| true) {
            break;
        }
    }
    verdict.map_err(|failure| {
        let typed = "(sleep 0.8; printf 'GET / HTTP/1.1\\r\\n'; sleep 9)";
        failure
            .detail("HEAD_TIMEOUT was 1.5, and the first bytes came 0.8 s after the client")
            .by_hand(format!("{typed} | nc 127.0.0.1 8888 | (time head -n 1)"))
    })
}

/// Who counts from the first byte answers when all of the time has gone by since then, or later.
fn is_told_in_time(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    let spoken_to = || (!client.is_quiet()).then_some(());
    let _ = wait_until(Duration::from_millis(800), "a word to a client that is silent", spoken_to);
    let start = Instant::now();
    client.send(b"GET / HTTP/1.1\r\n")?;
    client.response("GET")?.expect_status(&client, 408)?;
    let what = "less than HEAD_TIMEOUT is left once the first byte has come";
    expect(&client, start.elapsed() < HEAD_TIMEOUT, what)
}

fn stopped_and_continued(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\n")?;
    // At first it may be on its way to the read.
    (0..3).try_for_each(|_| stop_and_continue(&server))?;
    let seen = client.send(b"Host: x\r\n\r\n").and_then(|()| {
        client.response("GET")?.expect_status(&client, 200)?;
        client.sees_end()
    });
    seen.map_err(|failure| {
        let typed =
            "(printf 'GET / HTTP/1.1\\r\\n'; sleep 9; printf '\\r\\n') | nc -N 127.0.0.1 8888";
        let by_hand = format!("{typed}; meanwhile, in the server's terminal, Ctrl-Z and fg");
        failure.detail("it was stopped and continued in the middle of a head").by_hand(by_hand)
    })
}

/// Waits until the server sleeps in a call, stops it there, and lets it go on.
fn stop_and_continue(server: &Server) -> Verdict {
    let is = |wanted: char| (state(server.pid())? == wanted).then_some(());
    server.wait_until("the server to sleep in a call", || is('S'))?;
    server.stop(Signal::SIGSTOP)?;
    server.wait_until("the server to be stopped", || is('T'))?;
    server.stop(Signal::SIGCONT)
}
