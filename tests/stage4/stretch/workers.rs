//! A few processes that are there before the clients, and serve all of them.

use std::collections::BTreeSet;

use grader::{Check, Client, Failure, Server, Signal, Target, Verdict};
use grader::{expect, expect_eq, get, process, random};
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::family::{alive, asks, freeze, is_answered, other_half};

pub const CHECKS: &[Check] = &[
    Check {
        id: "workers-serve-in-turn",
        title: "with WORKERS=3, three processes are there before the first client and serve all",
        rule: "POSIX fork(2), accept(2): all copies of a listening socket have one queue",
        hint: "Fork WORKERS times before anybody connects. Each child accepts, serves, and accepts \
               again; the parent accepts nobody.",
        run: |target| shown(serve_in_turn(target)),
    },
    Check {
        id: "lost-workers-are-replaced",
        title: "a worker that was killed is reaped, reported and replaced while nobody connects",
        rule: "POSIX waitpid(2), SIGCHLD",
        hint: "In the parent: reap until nobody is left, then fork until there are WORKERS again.",
        run: |target| shown(are_replaced(target)),
    },
    Check {
        id: "workers-stop-in-order",
        title: "at SIGTERM idle workers end, and one that is answering finishes first",
        rule: "book/src/stage4-fork/signals.md: SIGTERM lets answers finish",
        hint: "The parent passes SIGTERM on to the workers and waits for all of them. A worker \
               catches it, and looks between two clients whether it has come.",
        run: |target| shown(stop_in_order(target)),
    },
];

const WORKERS: usize = 3;

fn shown(verdict: Verdict) -> Verdict {
    let command = "ps -o pid,ppid,stat,comm --ppid PID";
    verdict.map_err(|failure| failure.by_hand(command))
}

/// The server, and the pids of its workers.
fn start(target: &Target) -> Result<(Server, BTreeSet<u32>), Failure> {
    let server = target
        .launch()
        .env("WORKERS", WORKERS.to_string())
        .env("HEAD_TIMEOUT", "60")
        .env("IDLE_TIMEOUT", "60")
        .start()?;
    let workers = all_there(&server)?;
    Ok((server, workers))
}

/// Waits until there are as many as there should be, and nobody else.
fn all_there(server: &Server) -> Result<BTreeSet<u32>, Failure> {
    let wanted = format!("{WORKERS} processes, and no zombie, while nobody is connected");
    let there = server.wait_until(&wanted, || {
        let workers = alive(server);
        let zombies = process::zombies(server.pid()).len();
        (workers.len() == WORKERS && zombies == 0).then_some(workers)
    });
    there.map_err(|failure| {
        let zombies = process::zombies(server.pid()).len();
        failure.got(format!("{} processes that run, {zombies} zombies", alive(server).len()))
    })
}

fn same(server: &Server, workers: &BTreeSet<u32>) -> Verdict {
    let now = alive(server);
    let what = format!("the processes stay the same: {workers:?} before, {now:?} now");
    expect(server, now == *workers, what)
}

/// What a server sends when the application begins to read.
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// A request that is half sent, and the worker that has accepted it waits for the rest.
fn half(server: &Server, name: &str) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    let fields = "Host: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n";
    client.send(format!("POST /echo?{name} HTTP/1.1\r\n{fields}\r\n").as_bytes())?;
    let got = client.read_exact_n(CONTINUE.len())?;
    expect_eq(&client, "the server asks for the content", CONTINUE, got)?;
    client.send(b"first")?;
    Ok(client)
}

fn serve_in_turn(target: &Target) -> Verdict {
    let (server, workers) = start(target)?;
    for _ in 0..20 {
        let (client, response) = get(&server, "/hello")?;
        response.expect_status(&client, 200)?;
    }
    same(&server, &workers)?;
    let names: Vec<String> = (0..WORKERS).map(|_| random::name()).collect();
    let held = names.iter().map(|name| half(&server, name)).collect::<Result<Vec<Client>, _>>();
    let held = held.map_err(|failure| {
        failure.detail("each of three clients has sent half a request, so each holds a worker")
    })?;
    let mut fourth = server.connect()?;
    asks(&mut fourth)?;
    // Looking takes time enough for a server that forks for each client.
    (0..50).try_for_each(|_| same(&server, &workers))?;
    expect(&fourth, fourth.is_quiet(), "with three busy workers, the fourth client waits")?;
    held.into_iter().try_for_each(other_half)?;
    is_answered(&mut fourth)?;
    same(&server, &workers)?;
    let served = names.iter().map(|name| server_of(&server, name));
    let served: BTreeSet<u32> = served.collect::<Result<_, _>>()?;
    let what = format!(
        "each of the three that were held at once has another worker's pid in the log: workers \
         {workers:?}, log {served:?}"
    );
    expect(&server, served == workers, what)
}

/// The pid at the end of a request's line in the access log.
fn server_of(server: &Server, name: &str) -> Result<u32, Failure> {
    let line = server.wait_for_line("a request's line in the log", |line| line.contains(name))?;
    let pid = line.rsplit(' ').next().and_then(|pid| pid.parse().ok());
    pid.ok_or_else(|| Failure::new(format!("expected a pid at the end of {line:?}")).of(server))
}

fn end(server: &Server, worker: u32) -> Verdict {
    let sent = kill(Pid::from_raw(worker.cast_signed()), Signal::SIGKILL);
    sent.map_err(|error| Failure::new(format!("worker {worker}: {error}")).of(server))
}

fn are_replaced(target: &Target) -> Verdict {
    let (server, workers) = start(target)?;
    let lost = workers.first().copied().unwrap_or_default();
    end(&server, lost)?;
    server.wait_until("another worker in place of the one that was killed", || {
        (!alive(&server).contains(&lost)).then_some(())
    })?;
    let now = all_there(&server)?;
    let stay = now.intersection(&workers).count();
    expect(&server, stay == WORKERS - 1, "the other workers stay")?;
    let told = |line: &str| line.contains(&lost.to_string());
    server.wait_for_line("a line that reports the worker by its pid", told)?;
    // All at once, so that fewer signals than workers may come; one of them is answering.
    let mut cut = half(&server, &random::name())?;
    freeze(&server)?;
    now.iter().try_for_each(|&worker| end(&server, worker))?;
    server.wait_until("the workers to have ended", || alive(&server).is_empty().then_some(()))?;
    server.stop(Signal::SIGCONT)?;
    let new = all_there(&server)?;
    expect(&server, new.is_disjoint(&now), "all of them are new")?;
    cut.ending()?;
    let (client, response) = get(&server, "/hello")?;
    response.expect_status(&client, 200)
}

fn stop_in_order(target: &Target) -> Verdict {
    let (server, workers) = start(target)?;
    let client = half(&server, &random::name())?;
    server.stop(Signal::SIGTERM)?;
    server
        .wait_until("the two idle workers to end", || (alive(&server).len() == 1).then_some(()))?;
    expect(&server, server.alive(), "the parent waits for the last worker")?;
    expect(&client, client.is_quiet(), "the running answer is waited for")?;
    other_half(client)?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.success(), "the server ends with status 0")?;
    let left = workers.iter().filter(|&&worker| process::state(worker).is_some()).count();
    expect(&server, left == 0, "no worker is left behind")
}
