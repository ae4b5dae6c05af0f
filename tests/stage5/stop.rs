//! SIGTERM and SIGINT end the server, and nobody loses an answer for it.

use std::net::TcpListener;

use grader::{Check, Client, Failure, Seen, Server, Signal, Target, Verdict, expect, expect_eq};

use crate::asking::{HELLO, busy, get, greeting, idle, in_time, serves, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "stop-finishes-what-runs",
        title: "SIGTERM: the running request gets its whole answer, the port is free, status 0",
        rule: "book/src/stage5-async/deadlines.md, Stopping: finish what runs, exit 0",
        hint: "Leave the accept loop, drop the listening socket, and wait for the tasks.",
        run: |target| finishes(target, Signal::SIGTERM),
    },
    Check {
        id: "ctrl-c-finishes-what-runs",
        title: "SIGINT does the same as SIGTERM",
        rule: "book/src/stage5-async/deadlines.md, Stopping: Ctrl-C in a terminal",
        hint: "Ctrl-C sends SIGINT: make a Signal for it as well, and wait for both in the same \
               select!.",
        run: |target| finishes(target, Signal::SIGINT),
    },
    Check {
        id: "stop-closes-idle-connections",
        title: "SIGTERM closes connections that are idle, used or new, while a request still runs",
        rule: "RFC 9112 s9.5: an idle connection may be closed at any time",
        hint: "Let a connection that waits for its next head wait for the stop as well.",
        run: closes_idle,
    },
    Check {
        id: "stop-serves-the-backlog",
        title: "clients that were queued when SIGTERM came are served",
        rule: "book/src/stage5-async/deadlines.md, Stopping: closing would reset who is queued",
        hint: "Accept without waiting until nothing is there, then close the listening socket.",
        run: serves_the_backlog,
    },
    Check {
        id: "second-signal-ends-at-once",
        title: "a second signal ends the server though a request runs, and not with status 0",
        rule: "book/src/stage5-async/deadlines.md, Stopping: a second signal ends at once",
        hint: "While waiting for the tasks, wait for the next signal too.",
        run: second_signal,
    },
    Check {
        id: "stop-while-idle",
        title: "a server with nothing to do ends at once with status 0, and says close to nobody",
        rule: "book/src/stage5-async/deadlines.md, Stopping",
        hint: "Nothing runs, so there is nothing to wait for.",
        run: while_idle,
    },
];

/// The listening socket is closed: whoever comes now is refused.
pub fn refuses(server: &Server) -> Verdict {
    let refused = |failure: &Failure| failure.kind() == Seen::Refused; // a full backlog is no end
    server.wait_until("new connections to be refused", || {
        server.connect().err().filter(refused).map(drop)
    })
}

/// It ends by itself, with status 0.
pub fn ends_well(server: &Server) -> Verdict {
    let status = server.wait_exit(8.0)?;
    expect_eq(server, "the server ends with status 0", "Some(0)", format!("{:?}", status.code()))
}

fn finishes(target: &Target, signal: Signal) -> Verdict {
    in_time([300, 3000], |ms| {
        let server = finishes_with(target, signal, ms, "")?;
        let free = TcpListener::bind(server.address()).is_ok();
        expect(&server, free, "another server can have the port")
    })
}

/// The signal comes while an answer runs that takes so many milliseconds; `behind` was sent ahead.
pub fn finishes_with(
    target: &Target,
    signal: Signal,
    ms: u32,
    behind: &str,
) -> Result<Server, Failure> {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send((get(&format!("/slow?ms={ms}"), "") + behind).as_bytes())?;
    serves(&server)?;
    server.stop(signal)?;
    let response = client.response("GET")?;
    response.expect_status(&client, 200)?;
    expect_eq(&client, "the answer is whole", format!("waited {ms} ms\n"), &response.content)?;
    response.expect_field(&client, "Connection", "close")?;
    client.sees_end()?;
    drop(client); // it is waited for, so that its answer is not lost
    ends_well(&server)?;
    Ok(server)
}

fn closes_idle(target: &Target) -> Verdict {
    let server = start(target)?;
    // On some of them nothing has come yet; those are accepted before the others are served.
    let silent: Vec<Client> = (0..5).map(|_| server.connect()).collect::<Result<_, _>>()?;
    let used: Vec<Client> = (0..20).map(|_| idle(&server)).collect::<Result<_, _>>()?;
    let busy = busy(&server)?;
    server.stop(Signal::SIGTERM)?;
    // Long before the running request, or the server's patience, comes to its end.
    used.into_iter().chain(silent).try_for_each(|mut client| client.sees_end())?;
    refuses(&server)?;
    expect(&busy, server.alive() && busy.is_quiet(), "the running request is still waited for")
}

/// They come while the server is stopped as with Ctrl-Z, so they wait in the backlog for sure.
fn serves_the_backlog(target: &Target) -> Verdict {
    let server = start(target)?;
    server.stop(Signal::SIGSTOP)?;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect()?;
        client.send(HELLO.as_bytes())?;
        clients.push(client);
    }
    server.stop(Signal::SIGTERM)?;
    server.stop(Signal::SIGCONT)?;
    for mut client in clients {
        // Whether it is told close depends on which the server noticed first, it or the signal.
        greeting(&mut client)?;
        client.sees_end()?;
    }
    ends_well(&server)
}

fn second_signal(target: &Target) -> Verdict {
    let server = start(target)?;
    let busy = busy(&server)?;
    server.stop(Signal::SIGTERM)?;
    refuses(&server)?;
    expect(&busy, server.alive() && busy.is_quiet(), "the running request is waited for at first")?;
    server.stop(Signal::SIGTERM)?;
    // Shorter than the time that running requests are given.
    let status = server.wait_exit(5.0)?;
    expect(
        &server,
        !status.success(),
        format!("the status tells that a request was lost: {status}"),
    )
}

fn while_idle(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut idle: Vec<Client> = (0..20).map(|_| idle(&server)).collect::<Result<_, _>>()?;
    server.stop(Signal::SIGTERM)?;
    idle.iter_mut().try_for_each(Client::sees_end)?;
    ends_well(&server)
}
