//! A signal to one process is that process's affair, although a child begins as its parent's copy.

use grader::{Check, Server, Signal, Target, Verdict, expect, process};

use crate::family::{half_a_request, other_half, served};
use crate::hints;
use crate::reap::reported;
use crate::stop::{ended, is_free, to};

pub const CHECKS: &[Check] = &[
    Check {
        id: "child-obeys-sigterm",
        title: "SIGTERM to a child ends that child only, and is reported, also while the server stops",
        rule: "POSIX fork(2): the child inherits the parent's signal handlers",
        hint: hints::OWN_SIGTERM,
        run: child_obeys,
    },
    Check {
        id: "child-ignores-sigint",
        title: "SIGINT to a child stops neither the child nor the server",
        rule: "POSIX fork(2): the child inherits the parent's signal handlers",
        hint: hints::OWN_SIGINT,
        run: child_ignores,
    },
];

const TERM: &str = "kill -TERM CHILD";
const INT: &str = "kill -INT CHILD";

/// The child waits in `read` when the signal comes, so whatever its handler does is done before it
/// reads the rest of the request. A parent that is told to stop then may still take the first of the
/// clients that follow, but not all of them.
fn child_ignores(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    let (client, child) = half_a_request(&server)?;
    asleep(&server, child)?;
    server.notes(INT);
    to(child, Signal::SIGINT, &server)?;
    other_half(client)?;
    server.wait_until("the child to end and to be reaped", || {
        process::state(child).is_none().then_some(())
    })?;
    for _ in 0..3 {
        let served = served(&server);
        served.map_err(|failure| failure.detail("a child had got SIGINT, and the server none"))?;
    }
    expect(&server, server.alive(), "the server still runs")
}

/// The child has read what there is, and waits for more.
fn asleep(server: &Server, child: u32) -> Verdict {
    server.wait_until("the child to wait for the rest of its request", || {
        (process::state(child)? == 'S').then_some(())
    })
}

fn child_obeys(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    let (_first, one) = half_a_request(&server)?;
    let (_second, other) = half_a_request(&server)?;
    server.notes(TERM);
    to(one, Signal::SIGTERM, &server)?;
    reported(&server, "the first", one, &["TERM", "15"])?;
    served(&server)?;
    server.stop(Signal::SIGTERM)?;
    server.wait_until("the port to be free", || is_free(&server).then_some(()))?;
    expect(&server, server.alive(), "the server waits for its other child")?;
    server.notes(TERM);
    to(other, Signal::SIGTERM, &server)?;
    let status = server.wait_exit(8.0)?;
    reported(&server, "the second", other, &["TERM", "15"])?;
    ended(&server, status, 0)
}
