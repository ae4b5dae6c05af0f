//! At SIGHUP the process becomes the program that its file holds now, and nobody notices.

use grader::{Check, Client, Seen, Server, Signal, Target, Verdict};
use grader::{expect, expect_eq, get, process};

use super::file::File;
use crate::family::{alive, connect, half_a_request, none_left, other_half, says_hello};

pub const CHECKS: &[Check] = &[
    Check {
        id: "sighup-starts-the-new-program",
        title: "at SIGHUP the process becomes the program that its file holds now, on the same port",
        rule: "POSIX execve(2): the pid, the children and most open descriptors stay",
        hint: "Catch SIGHUP with a self-pipe. When it comes, make a copy of the listening socket \
               that is not close-on-exec, and call exec; at its start, the program looks whether \
               it has been handed one.",
        run: |target| shown(becomes_the_new_one(target)),
    },
    Check {
        id: "nobody-is-lost-at-sighup",
        title: "while SIGHUPs come, each client is served, and SIGTERM still waits for all children",
        rule: "POSIX execve(2): signals that are blocked stay blocked, handlers are forgotten",
        hint: "The listening socket is never closed: who comes meanwhile waits in the backlog.",
        run: |target| shown(nobody_is_lost(target)),
    },
];

fn shown(verdict: Verdict) -> Verdict {
    let command = "kill -HUP PID; curl http://127.0.0.1:8888/hello";
    verdict.map_err(|failure| failure.by_hand(command))
}

/// The listening lines that have come so far.
fn lines(server: &Server) -> Vec<String> {
    let lines = server.stdout_lines().into_iter();
    lines.filter(|line| line.starts_with("listening on ")).collect()
}

/// One SIGHUP, and the listening line that follows, of the same address.
fn renew(server: &Server) -> Verdict {
    let before = lines(server).len();
    server.stop(Signal::SIGHUP)?;
    let line = server.wait_until("the listening line of the program after SIGHUP", || {
        lines(server).into_iter().nth(before)
    })?;
    expect_eq(server, "it listens at the same port", server.listening_line(), line)
}

fn becomes_the_new_one(target: &Target) -> Verdict {
    let file = File::copy_of(target)?;
    let server = file.target(target).launch().env("HEAD_TIMEOUT", "60").start()?;
    let (client, child) = half_a_request(&server)?;
    file.replace()?;
    renew(&server)?;
    let is_new = server.stdout_lines().iter().any(|line| line.contains(&file.word));
    expect(&server, is_new, "the program that its file holds now was started")?;
    let is_same = server.alive() && alive(&server).contains(&child);
    expect(&server, is_same, "it is the same process, with the child that it had")?;
    let (mut second, _) = connect(&server)?;
    says_hello(&mut second)?;
    drop(second);
    other_half(client)?;
    none_left(&server)
}

fn nobody_is_lost(target: &Target) -> Verdict {
    let file = File::copy_of(target)?;
    let server = file.target(target).launch().env("HEAD_TIMEOUT", "60").start()?;
    renew(&server)?;
    let descriptors = || process::descriptors(server.pid());
    let before = descriptors();
    for _ in 0..10 {
        server.stop(Signal::SIGHUP)?;
        for _ in 0..3 {
            let (client, response) = get(&server, "/hello")?;
            response.expect_status(&client, 200)?;
        }
    }
    while_it_starts(&server, &file)?;
    renew(&server)?;
    server
        .wait_until("as many descriptors as before", || (descriptors() == before).then_some(()))
        .map_err(|failure| {
            failure.expected(format!("{before:?}")).got(format!("{:?}", descriptors()))
        })?;
    let (client, child) = half_a_request(&server)?;
    let holds = process::listening_ports(child).is_some_and(|ports| !ports.is_empty());
    expect(&server, !holds, "a child of the new program does not listen")?;
    renew(&server)?;
    stops(&server, client, child)
}

/// A SIGHUP comes when the new program has begun and has no handler yet.
fn while_it_starts(server: &Server, file: &File) -> Verdict {
    let before = lines(server).len();
    file.replace()?;
    server.stop(Signal::SIGHUP)?;
    server.wait_for_line("the first line of the new program", |line| line.contains(&file.word))?;
    server.stop(Signal::SIGHUP)?;
    let line = || (lines(server).len() > before).then_some(());
    server.wait_until("the listening line of the new program, after two SIGHUPs", line)?;
    let (client, response) = get(server, "/hello")?;
    response.expect_status(&client, 200)
}

/// SIGTERM is for the children of all the programs that this process has been.
fn stops(server: &Server, client: Client, child: u32) -> Verdict {
    server.stop(Signal::SIGTERM)?;
    let refused =
        || server.connect().err().filter(|failure| failure.kind() == Seen::Refused).map(drop);
    server.wait_until("the port to be free: nobody can connect any more", refused)?;
    expect(server, server.alive(), "the server waits for a child of the program before")?;
    other_half(client)?;
    let status = server.wait_exit(8.0)?;
    expect(server, status.success(), "the server ends with status 0")?;
    expect(server, process::state(child).is_none(), "the child has ended and was reaped")
}
