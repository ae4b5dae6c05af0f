//! Workers that don't answer, or that nobody has in time.

use super::machine::with_python;
use super::start::{master, with, workers};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::gateway::talk::{get, next_is_served, visit};
use crate::server::Server;
use crate::target::Target;

const CROSSING: &str = "crossing:app";

/// One worker is lost, and the others go on.
pub const CHECKS: &[Check] = &[Check {
    id: "python-never-answers",
    title: "a worker that says nothing for too long is ended and replaced; its client gets 504",
    rule: "RFC 9110 s15.6.5; --help: PYTHON_TIMEOUT",
    hint: "The worker can't be asked any more: have the master end it.",
    run: |target| with_python(target, never_answers),
}];

/// For servers that serve others while a worker is busy.
pub const AT_ONCE: &[Check] = &[
    Check {
        id: "python-client-that-stays",
        title: "a client that has its answer and stays connected keeps no worker from others",
        rule: "closing gently takes up to 2 s, and a worker has nothing to do with it",
        hint: "Let go of the worker when the answer is whole, and not when the client has gone.",
        run: |target| with_python(target, client_that_stays),
    },
    Check {
        id: "python-none-is-free",
        title: "a request for which no worker is free in time is answered with 504",
        rule: "RFC 9110 s15.6.5; --help: PYTHON_TIMEOUT, --python-workers",
        hint: "Wait for a worker until a deadline, too.",
        run: |target| with_python(target, none_is_free),
    },
];

fn never_answers(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 2).env("PYTHON_TIMEOUT", "1").start()?;
    let master = master(&server)?;
    let old = workers(&server, master, 2, &[])?;
    visit(&server, "/never-answers", 504)?;
    next_is_served(&server)?;
    server.wait_for_line("a line about the worker that was ended", |line| {
        line.contains("did not answer in time and was killed")
    })?;
    let new = workers(&server, master, 2, &[])?;
    let kept = old.iter().filter(|pid| new.contains(pid)).count();
    expect(&server, kept == 1, format!("one of {old:?} was replaced: {new:?}"))?;
    next_is_served(&server)
}

/// A worker is waited for as long as half of that time.
fn client_that_stays(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).env("PYTHON_TIMEOUT", "1").start()?;
    let (_stays, _) = visit(&server, "/hello", 200)?;
    visit(&server, "/hello", 200).map(drop)
}

fn none_is_free(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).env("PYTHON_TIMEOUT", "1").start()?;
    let mut busy = server.connect()?;
    busy.send(get("/trickle").as_bytes())?;
    let begun = busy.read_exact_n(12)?;
    expect_eq(&busy, "the first answer has begun", "HTTP/1.1 200", begun)?;
    let (client, _) = visit(&server, "/hello", 504)?;
    drop(client);
    server.wait_for_line("a line that names --python-workers", |line| {
        line.contains("no Python worker of 1 was free") && line.contains("--python-workers")
    })?;
    drop(busy);
    next_is_served_soon(&server)
}

/// The worker learns that its client has gone when it next sends something.
fn next_is_served_soon(server: &Server) -> Verdict {
    server.wait_until("the worker to be free again", || next_is_served(server).ok())
}
