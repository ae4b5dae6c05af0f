//! A signal to one process is that process's affair, although a child begins as its parent's copy.

use grader::{Check, Signal, Target, Verdict, expect};

use crate::family::{half_a_request, served};
use crate::hints;
use crate::reap::reported;
use crate::stop::{ended, is_free, to};

pub const CHECKS: &[Check] = &[Check {
    id: "child-obeys-sigterm",
    title: "SIGTERM to a child ends that child only, and is reported, also while the server stops",
    rule: "POSIX fork(2): the child inherits the parent's signal handlers",
    hint: hints::OWN_SIGTERM,
    run: child_obeys,
}];

const TERM: &str = "kill -TERM CHILD";

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
