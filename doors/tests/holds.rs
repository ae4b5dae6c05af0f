//! What a door holds for clients that wait: what its page and the picture of all doors say, counted in
//! threads. Where they can't be seen there is nothing to find out.

use grader::{Check, Client, Failure, Server, Target, Verdict, expect, process};

use crate::talk::{greets, start};

/// How many clients connect and say nothing: fewer than a pool has threads.
const SILENT: usize = 8;

/// For a door with a thread for each connection.
pub const A_THREAD_EACH: &[Check] = &[Check {
    id: "a-thread-for-each",
    title: "each client that waits has a thread, and it ends with its client",
    rule: "the idea of this door",
    hint: "",
    run: a_thread_for_each,
}];

/// For doors that serve all clients with the threads that they have.
pub const NO_MORE_THREADS: &[Check] = &[Check {
    id: "no-more-threads",
    title: "clients that wait cost no threads",
    rule: "the idea of these doors",
    hint: "",
    run: |target| no_more(target).map(drop),
}];

/// For a door that has one.
pub const ONE_THREAD: &[Check] = &[Check {
    id: "one-thread",
    title: "one thread serves all clients",
    rule: "the idea of this door",
    hint: "",
    run: |target| {
        let server = no_more(target)?;
        let threads = process::threads(server.pid());
        expect(&server, threads.is_none_or(|threads| threads == 1), "one thread serves them all")
    },
}];

fn a_thread_for_each(target: &Target) -> Verdict {
    let server = start(target)?;
    let Some(before) = process::threads(server.pid()) else { return Ok(()) };
    let silent = connect(&server)?;
    let has = |wanted: usize| (process::threads(server.pid()) == Some(wanted)).then_some(());
    server.wait_until("a thread for each client", || has(before + SILENT))?;
    drop(silent);
    server.wait_until("the threads of clients that have gone to end", || has(before))
}

fn no_more(target: &Target) -> Result<Server, Failure> {
    let server = start(target)?;
    greets(&mut server.connect()?)?;
    let before = process::threads(server.pid());
    let silent = connect(&server)?;
    // Whoever comes last is answered when the others have been taken.
    greets(&mut server.connect()?)?;
    let now = process::threads(server.pid());
    expect(&server, now == before, format!("{before:?} threads stay as many; there are {now:?}"))?;
    drop(silent);
    Ok(server)
}

fn connect(server: &Server) -> Result<Vec<Client>, Failure> {
    (0..SILENT).map(|_| server.connect()).collect()
}
