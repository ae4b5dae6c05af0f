//! The ladder of mistakes: each program in `stage4-fork/mistakes` shows its symptom, and no other.

use grader::{Check, Failure, Seen, Server, Signal, Target, Verdict};
use grader::{answered, expect, expect_eq, process};

use crate::family::{alive, connect, connect_all, freeze, none_left};

pub const CHECKS: &[Check] = &[
    Check {
        id: "mistake-parent-keeps-copy",
        title: "if the parent keeps its copy of the connection, the client never sees the end",
        rule: "POSIX close(2): it ends a connection only with the last descriptor",
        hint: "This is an experiment of the book: the symptom must show.",
        run: |_| {
            parent_keeps_copy(&mistake(env!("CARGO_BIN_EXE_stage4-mistake-parent-keeps-copy")))
        },
    },
    Check {
        id: "mistake-no-reaper",
        title: "if nobody reaps, each client leaves a zombie",
        rule: "POSIX waitpid(2)",
        hint: "This is an experiment of the book: the symptom must show.",
        run: |_| no_reaper(&mistake(env!("CARGO_BIN_EXE_stage4-mistake-no-reaper"))),
    },
    Check {
        id: "mistake-one-wait-a-signal",
        title: "with one wait for each signal, nine of ten children stay as zombies",
        rule: "POSIX signal concepts: a signal that is pending already is not queued again",
        hint: "This is an experiment of the book: the symptom must show.",
        run: |_| one_wait(&mistake(env!("CARGO_BIN_EXE_stage4-mistake-one-wait-a-signal"))),
    },
    Check {
        id: "mistake-eintr",
        title: "an accept that does not expect EINTR ends the server with its first child",
        rule: "POSIX accept(2): EINTR",
        hint: "This is an experiment of the book: the symptom must show.",
        run: |_| eintr(&mistake(env!("CARGO_BIN_EXE_stage4-mistake-eintr"))),
    },
];

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn mistake(program: &str) -> Target {
    Target::command("mistake", [program])
}

/// The child has ended, so that only the parent can hold the connection; it is all quiet.
fn parent_keeps_copy(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, _) = connect(&server)?;
    client.send(REQUEST.as_bytes())?;
    let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello\n";
    let got = client.read_exact_n(answer.len())?;
    expect_eq(&client, "the answer arrives", answer, got)?;
    none_left(&server)?;
    expect(&client, client.is_quiet(), "the client still waits for the end")?;
    server.stop(Signal::SIGKILL)?;
    client.sees_end() // now the copy is closed
}

fn no_reaper(target: &Target) -> Verdict {
    let server = target.start()?;
    for count in 1..=5 {
        answered(&server, REQUEST, 200)?;
        zombies(&server, count)?;
    }
    Ok(())
}

fn zombies(server: &Server, wanted: usize) -> Verdict {
    server.wait_until(&format!("{wanted} zombies"), || {
        (process::zombies(server.pid()).len() == wanted).then_some(())
    })
}

fn one_wait(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        answered(&server, REQUEST, 200)?;
        none_left(&server)?; // one after the other, all is well
    }
    let clients = connect_all(&server, 10)?;
    freeze(&server)?;
    drop(clients);
    zombies(&server, 10)?;
    server.stop(Signal::SIGCONT)?;
    zombies(&server, 9)?;
    answered(&server, REQUEST, 200)?;
    server.wait_until("the server to sleep in accept", || {
        (process::state(server.pid())? == 'S' && alive(&server).is_empty()).then_some(())
    })?;
    expect(&server, !process::zombies(server.pid()).is_empty(), "zombies stay")
}

fn eintr(target: &Target) -> Verdict {
    let server = target.start()?;
    answered(&server, REQUEST, 200)?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.code() == Some(1), "the server has ended with status 1")?;
    let lines = server.stderr_lines();
    if lines.iter().any(|line| line.contains("Interrupted system call")) {
        return Ok(());
    }
    Err(Failure::new(format!("expected that EINTR ended it: {lines:?}")).seen(Seen::Ended))
}
