//! Workers that don't answer, and workers that die.

use std::time::{Duration, Instant};

use super::failing::reported;
use super::machine::with_python;
use super::start::{end, master, with, workers};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::gateway::talk::{get, next_is_served, visit};
use crate::server::Server;
use crate::target::Target;

const CROSSING: &str = "crossing:app";

/// One worker is lost, and the others go on.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-never-answers",
        title: "a worker that says nothing for too long is ended and replaced; its client gets 504",
        rule: "RFC 9110 s15.6.5; --help: PYTHON_TIMEOUT",
        hint: "The worker can't be asked any more: have the master end it.",
        run: |target| with_python(target, never_answers),
    },
    Check {
        id: "python-worker-killed",
        title: "a worker that is killed takes one answer with it: others are served meanwhile",
        rule: "pre-fork: workers share nothing, and the master replaces those that end",
        hint: "Reap all that have ended at each SIGCHLD, and fill up.",
        run: |target| with_python(target, killed),
    },
    Check {
        id: "python-worker-killed-while-idle",
        title: "a worker that is killed between two requests is replaced, and no client notices",
        rule: "a connection that is kept may have ended meanwhile, and then counts no longer",
        hint: "Look at it before you use it again, and open another one if it has ended.",
        run: |target| with_python(target, killed_while_idle),
    },
    Check {
        id: "python-worker-dies",
        title: "a worker that ends before it has answered is a 502, and its last words are reported",
        rule: "RFC 9110 s15.6.3",
        hint: "The end of the connection without an end of the answer is an error of the worker.",
        run: |target| with_python(target, dies),
    },
    Check {
        id: "python-worker-stillborn",
        title: "workers that die as soon as they are born are not replaced as fast as can be",
        rule: "a master that does nothing but fork takes the machine from all others",
        hint: "Wait a moment before you replace one that was young.",
        run: |target| with_python(target, stillborn),
    },
];

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
        line.contains("did not answer in time and was ended")
    })?;
    let new = workers(&server, master, 2, &[])?;
    let kept = old.iter().filter(|pid| new.contains(pid)).count();
    expect(&server, kept == 1, format!("one of {old:?} was replaced: {new:?}"))?;
    next_is_served(&server)
}

fn killed(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 2).start()?;
    let master = master(&server)?;
    let old = workers(&server, master, 2, &[])?;
    let mut client = server.connect()?;
    client.send(get("/pid-then-nothing").as_bytes())?;
    let mut came = Vec::new();
    let pid = server.wait_until("the worker's pid in the answer's first piece", || {
        came.extend(client.read_some(4096).ok()?);
        let said = String::from_utf8_lossy(&came);
        said.lines().find_map(|line| line.parse().ok().filter(|pid| old.contains(pid)))
    })?;
    end(pid)?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)?;
    reported(&server, pid, "was ended by SIGKILL; it had said nothing")?;
    let new = workers(&server, master, 2, &[pid])?;
    expect(&server, new.iter().any(|pid| old.contains(pid)), "the other worker goes on")
}

fn killed_while_idle(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    let master = master(&server)?;
    let old = workers(&server, master, 1, &[])?;
    next_is_served(&server)?;
    end(old[0])?;
    workers(&server, master, 1, &old)?;
    next_is_served(&server)
}

fn dies(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 2).start()?;
    let (client, response) = visit(&server, "/dies", 502)?;
    let has_details = response.text().contains("last words");
    expect(&client, !has_details, "the client is told no details")?;
    drop(client);
    next_is_served(&server)?;
    server
        .wait_for_line("the exit code", |line| line.contains("ended with exit code 7; the last"))?;
    server.wait_for_line("its last words again, indented", |line| {
        line == "    these are its last words"
    })?;
    Ok(())
}

/// A master that does not wait has lost hundreds by then.
fn stillborn(target: &Target) -> Verdict {
    let began = Instant::now();
    let server = with(target, "stillborn:app", 1).env("PYTHON_TIMEOUT", "0.3").start()?;
    visit(&server, "/", 504)?;
    let lost = || server.stderr_lines().iter().filter(|line| line.contains("exit code 7")).count();
    server.wait_until("a second worker to die", || (lost() >= 2).then_some(()))?;
    let (lost, most) = (lost(), 1 + began.elapsed().as_secs() as usize);
    let waited = began.elapsed() > Duration::from_millis(900);
    let what = format!("no more than one worker a second is lost; {lost} were");
    expect(&server, waited && lost <= most, what)
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
