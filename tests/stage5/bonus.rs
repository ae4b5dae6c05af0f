//! What only the bonus steps ask for. Our own server has another async application, `live`, and a
//! limit of 12,288 connections, which takes thousands of clients to be seen.

use std::time::{Duration, Instant};

use grader::{
    Check, Client, Failure, Server, Signal, Target, Verdict, expect, expect_eq, fail, process,
};

use crate::asking::{HELLO, asks, get, greeting, greets, idle, start_with};
use crate::pressure::rest;
use crate::stop::ends_well;

pub const CHECKS: &[Check] = &[
    Check {
        id: "async-application-waits",
        title: "an application named async answers /slow?ms=N after N ms, on a connection that goes on",
        rule: "exercise: a future of its own in place of a WSGI application",
        hint: "Where respond calls answer, await the future of your async application instead; its \
               content is the text `waited N ms` and a line feed, as in the demo.",
        run: waits,
    },
    Check {
        id: "async-waits-without-a-thread",
        title: "600 requests that wait hold no thread, and keep nobody else waiting",
        rule: "exercise: an application that waits holds nothing but its task",
        hint: "Await tokio::time::sleep in the connection's own task.",
        run: no_thread,
    },
    Check {
        id: "connections-have-a-limit",
        title: "with CONNECTIONS=20 the next clients wait in the backlog until another one leaves",
        rule: "POSIX listen(2); book/src/stage5-async/hardening.md: then it stops accepting",
        hint: "Wait for a place before you accept, and free it when the connection's task ends.",
        run: limit,
    },
];

fn start_async(target: &Target) -> Result<Server, Failure> {
    start_with(target, &["--quiet", "async"], &[])
}

fn slow(ms: u64) -> String {
    get(&format!("/slow?ms={ms}"), "")
}

fn waits(target: &Target) -> Verdict {
    let server = start_async(target)?;
    let mut client = server.connect()?;
    for ms in [0, 50, 150] {
        let began = Instant::now();
        waited(&mut client, ms)?;
        let long = began.elapsed() >= Duration::from_millis(ms);
        expect(&client, long, "the answer takes as long as was asked for")?;
    }
    let last = get("/slow?ms=0", "Connection: close\r\n");
    asks(&mut client, &last, 200)?.expect_field(&client, "Connection", "close")?;
    client.sees_end()
}

/// An answer that says how long it took, and does not end the connection.
fn waited(client: &mut Client, ms: u64) -> Verdict {
    let response = asks(client, &slow(ms), 200)?;
    let closes = response.field("Connection").is_some_and(|value| value.contains("close"));
    expect(client, !closes, "the answer does not say close")?;
    expect_eq(client, "the answer says it", format!("waited {ms} ms\n"), response.content)
}

/// More than the 512 threads that tokio has for what blocks.
const WAITING: usize = 600;

fn no_thread(target: &Target) -> Verdict {
    let server = start_async(target)?;
    let mut clients = Vec::new();
    for _ in 0..WAITING {
        let mut client = server.connect()?;
        client.send(slow(30_000).as_bytes())?;
        clients.push(client);
    }
    // Served after all of them were accepted.
    waited(&mut server.connect()?, 0)?;
    let quiet = clients.iter().filter(|client| client.is_quiet()).count();
    expect(&server, quiet == WAITING, format!("they still wait: {quiet} of {WAITING}"))?;
    let children = process::children(server.pid()).len();
    // Where threads can't be counted there is nothing to find out.
    let threads = process::threads(server.pid()).unwrap_or(1);
    let what = format!(
        "{WAITING} requests that wait hold no thread: {threads} threads, {children} children"
    );
    expect(&server, threads + children < WAITING / 10, what)
}

/// What the server is told.
const LIMIT: usize = 20;

fn limit(target: &Target) -> Verdict {
    let server = start_with(target, &["--quiet"], &[("CONNECTIONS", &LIMIT.to_string())])?;
    let (_, before) = rest(&server)?;
    let mut open: Vec<Client> = (0..LIMIT).map(|_| idle(&server)).collect::<Result<_, _>>()?;
    let mut waiting = Vec::new();
    for _ in 0..LIMIT / 2 {
        let mut client = server.connect()?;
        client.send(HELLO.as_bytes())?;
        waiting.push(client);
    }
    // Time enough for a server without a limit to accept them.
    (0..3).try_for_each(|_| open.iter_mut().try_for_each(greets))?;
    if let Some(client) = waiting.iter_mut().find(|client| !client.is_quiet()) {
        greeting(client)?;
        return fail(client, "the next client waits until a place is free; it was answered");
    }
    takes_no_descriptor(&server, before)?;
    open.truncate(LIMIT / 2);
    waiting.iter_mut().try_for_each(greeting)?;
    // Full once more: that is no reason not to hear the signal.
    server.stop(Signal::SIGTERM)?;
    open.iter_mut().chain(&mut waiting).try_for_each(Client::sees_end)?;
    ends_well(&server)
}

/// Where descriptors can't be seen there is nothing to find out.
fn takes_no_descriptor(server: &Server, before: Option<usize>) -> Verdict {
    let (Some(before), Some(now)) = (before, process::descriptors(server.pid())) else {
        return Ok(());
    };
    let taken = now.saturating_sub(before);
    let what =
        format!("the next clients take no descriptor: {taken} are taken by {LIMIT} connections");
    expect(server, taken <= LIMIT, what)
}
