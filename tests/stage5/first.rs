//! The first step alone: a task for each connection, before any of them persists.

use grader::{Check, Client, Failure, Target, Verdict, expect, process};

use crate::asking::{serves, start};

pub const CHECKS: &[Check] = &[Check {
    id: "silent-connections-take-no-thread",
    title: "two hundred silent connections are open at once, and take no thread or process each",
    rule: "issue: one process, ten thousand connections",
    hint: "tokio::spawn a task for each connection, and await on it there: no std::thread.",
    run: no_thread_each,
}];

const MANY: usize = 200;

fn no_thread_each(target: &Target) -> Verdict {
    let server = start(target)?;
    let silent: Vec<Client> =
        (0..MANY).map(|_| server.connect()).collect::<Result<_, Failure>>()?;
    // Served after all of them was accepted, so each has cost by now what it costs.
    serves(&server)?;
    let open = silent.iter().filter(|client| client.is_quiet()).count();
    expect(&server, open == MANY, format!("the silent connections are open: {open} of {MANY}"))?;
    let children = process::children(server.pid()).len();
    // Where threads can't be counted there is nothing to find out.
    let threads = process::threads(server.pid()).unwrap_or(1);
    let what =
        format!("a few threads serve {MANY} connections: {threads} threads, {children} children");
    expect(&server, threads + children < MANY / 4, what)
}
