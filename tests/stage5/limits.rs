//! Ten thousand connections, and what happens when the system has no descriptors left.

use std::process::Command;

use grader::{Check, Client, Failure, Server, Target, Verdict, expect, need_descriptors, process};
use nix::sys::resource::{Resource, getrlimit};

use crate::asking::{HELLO, greeting, greets, idle, serves, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "out-of-descriptors",
        title: "a server without free descriptors says so, serves those it has, and recovers",
        rule: "POSIX accept(2), EMFILE; book/src/hard/faults.md: say so, wait a little",
        hint: "EMFILE is about the moment, not about the listening socket: wait, and accept again.",
        run: out_of_descriptors,
    },
    Check {
        id: "ten-thousand-connections",
        title: "while 10,000 silent connections are open 1,000 others are served",
        rule: "RFC 9112 s9.3: a connection persists, and may be idle; it keeps nobody else waiting",
        hint: "Raise the soft limit of descriptors; a connection that waits must cost almost nothing.",
        run: ten_thousand,
    },
];

/// For a server that need not say so.
pub const FEW: &[Check] = &[Check {
    id: "no-descriptor-left",
    title: "without a descriptor for the next client the server goes on, and takes it later",
    rule: "POSIX accept(2), EMFILE: an error about the moment, not about the listening socket",
    hint: "Not every error of accept ends the server. Keep the arms that the starter has: return at \
           Meaning::End only; at any other, sleep(PAUSE), and accept again.",
    run: no_descriptor_left,
}];

fn no_descriptor_left(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut first = idle(&server)?;
    let Some(used) = process::descriptors(server.pid()) else { return Ok(()) };
    let most = used + 10;
    if !limit_descriptors(&server, most) {
        return Ok(()); // as below
    }
    let crowd: Vec<Client> = (0..30).map(|_| server.connect()).collect::<Result<_, _>>()?;
    server.wait_until("all descriptors to be in use", || {
        process::descriptors(server.pid()).filter(|now| *now >= most)
    })?;
    greets(&mut first)?;
    drop(crowd);
    serves(&server)
}

fn out_of_descriptors(target: &Target) -> Verdict {
    let server = target.launch().arg("--quiet").env("TOKIO_WORKER_THREADS", "1").start()?;
    serves(&server)?;
    let Some(used) = process::descriptors(server.pid()) else { return Ok(()) };
    let mut first = idle(&server)?;
    if !limit_descriptors(&server, used + 10) {
        return Ok(()); // no prlimit(1): another system, where there is no way to do it from outside
    }
    let crowd: Vec<Client> = (0..30).map(|_| server.connect()).collect::<Result<_, _>>()?;
    server.wait_until("a word about it on standard error", || {
        (!server.stderr_lines().is_empty()).then_some(())
    })?;
    greets(&mut first)?;
    drop(crowd);
    serves(&server)?;
    expect(&server, server.alive(), "the server still runs")
}

fn limit_descriptors(server: &Server, most: usize) -> bool {
    let pid = server.pid().to_string();
    let limit = format!("--nofile={most}:{most}");
    Command::new("prlimit").args(["--pid", &pid, &limit]).status().is_ok_and(|it| it.success())
}

const MANY: usize = 10_000;

/// How many ask at the same time, and how often, while all the others are silent.
const ACTIVE: usize = 1000;
const REQUESTS: usize = 3;

/// Descriptors that the server and this program need besides.
const SPARE: usize = ACTIVE + 200;

fn ten_thousand(target: &Target) -> Verdict {
    need_descriptors((SPARE + ACTIVE) as u64)?;
    let hard = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(_, hard)| hard);
    let most = usize::try_from(hard).unwrap_or(usize::MAX).saturating_sub(SPARE);
    if most < MANY {
        eprintln!("only {most} of {MANY} connections: the hard limit of descriptors is {hard}");
    }
    // Nobody is to be given up before all are there.
    let server = target.launch().arg("--quiet").env("HEAD_TIMEOUT", "60");
    let server = server.env("IDLE_TIMEOUT", "60").start()?;
    serves(&server)?;
    let before = (process::resident_kib(server.pid()), process::descriptors(server.pid()));
    let clients: Vec<Client> =
        (0..MANY.min(most)).map(|_| server.connect()).collect::<Result<_, _>>()?;
    holds(&server, &clients)
        .map_err(|failure| with_memory(failure, &server, before.0, &clients))?;
    thousand_ask(&server)?;
    drop(clients);
    server.wait_until("the connections to be closed", || {
        (process::descriptors(server.pid()) <= before.1).then_some(())
    })?;
    serves(&server)
}

/// All of them have asked before the first one reads its answer.
fn thousand_ask(server: &Server) -> Verdict {
    let mut active: Vec<Client> =
        (0..ACTIVE).map(|_| server.connect()).collect::<Result<_, _>>()?;
    for _ in 0..REQUESTS {
        active.iter_mut().try_for_each(|client| client.send(HELLO.as_bytes()))?;
        active.iter_mut().try_for_each(greeting)?;
    }
    Ok(())
}

fn holds(server: &Server, clients: &[Client]) -> Verdict {
    serves(server)?;
    let open = clients.iter().filter(|client| client.is_quiet()).count();
    let count = clients.len();
    expect(server, open == count, format!("the connections are open: {open} of {count}"))?;
    // Where descriptors can't be counted, the kernel's backlog may still hold some of them.
    let accepted = process::descriptors(server.pid()).is_none_or(|now| now >= count);
    expect(server, accepted, "the server has accepted them")
}

fn with_memory(
    failure: Failure,
    server: &Server,
    before: Option<u64>,
    clients: &[Client],
) -> Failure {
    let (Some(before), Some(now)) = (before, process::resident_kib(server.pid())) else {
        return failure;
    };
    let each = now.saturating_sub(before) as f64 / clients.len().max(1) as f64;
    failure.detail(format!("the server's memory: {each:.1} KiB a connection"))
}
