//! A server that stops finishes what it has begun; one that is told twice does not.

use std::process::ExitStatus;

use grader::{Check, Failure, Seen, Server, Signal, Target, Verdict};
use grader::{expect, process};
use nix::sys::signal::{kill, killpg};
use nix::unistd::Pid;

use crate::family::{asks, connect_so_many, freeze, half_a_request, is_answered, other_half};
use crate::hints;

pub const CHECKS: &[Check] = &[
    Check {
        id: "stop-finishes-what-runs",
        title: "after SIGTERM the port is free, the running answer arrives whole, the status is 0",
        rule: "book/src/stage4-fork/signals.md: SIGTERM lets answers finish",
        hint: hints::STOP,
        run: |target| finishes(target, |server| server.stop(Signal::SIGTERM)),
    },
    Check {
        id: "ctrl-c-finishes-what-runs",
        title: "Ctrl-C, which reaches the children too, lets the running answer finish",
        rule: "POSIX terminal interface: SIGINT goes to the whole foreground process group",
        hint: hints::KEEP_SIGINT_OFF,
        run: |target| finishes(target, ctrl_c),
    },
    Check {
        id: "idle-server-stops-at-once",
        title: "a server without clients ends with status 0 when SIGINT or SIGTERM comes",
        rule: "POSIX poll(2): EINTR; a flag that nobody looks at stops nothing",
        hint: "The signal must wake poll: let the handler write into the self-pipe.",
        run: idle_stops,
    },
    Check {
        id: "queued-clients-are-served",
        title: "clients that were in the backlog when SIGTERM came are served",
        rule: "POSIX listen(2): the kernel has told them that they are connected",
        hint: "Accept until it would block, and only then close the listening socket.",
        run: queue_is_served,
    },
    Check {
        id: "second-signal-ends-at-once",
        title: "a second signal ends the server and its children at once, with status 1",
        rule: "book/src/stage4-fork/signals.md: who is in a hurry sends a second signal",
        hint: "Remember that one has come; at the second, send SIGTERM to the children and reap them.",
        run: second_signal,
    },
    Check {
        id: "stop-has-a-deadline",
        title: "answers that do not finish in time are cut off, and the status is 0",
        rule: "book/src/hard/limits.md: STOP_TIMEOUT, 10 s if it is not set",
        hint: "Wait with what is left until the deadline; then SIGTERM to those that are left.",
        run: deadline,
    },
    Check {
        id: "stopped-child-does-not-keep-the-server",
        title: "a child that is stopped, and so deaf to SIGTERM, does not keep the server",
        rule: "POSIX signal concepts: to a stopped process only SIGKILL is delivered",
        hint: "A moment after SIGTERM, send SIGKILL.",
        run: deaf_child,
    },
];

/// Sends SIGINT to the server and its children, as a terminal does.
fn ctrl_c(server: &Server) -> Verdict {
    server.notes("press Ctrl-C in the server's terminal");
    machine(killpg(Pid::from_raw(server.pid().cast_signed()), Signal::SIGINT), server)
}

pub fn to(child: u32, signal: Signal, server: &Server) -> Verdict {
    machine(kill(Pid::from_raw(child.cast_signed()), signal), server)
}

fn machine(sent: nix::Result<()>, server: &Server) -> Verdict {
    let failure = |error| Failure::new(format!("a signal can't be sent: {error}"));
    sent.map_err(|error| failure(error).seen(Seen::Machine).of(server))
}

fn finishes(target: &Target, ask: fn(&Server) -> Verdict) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    let (client, child) = half_a_request(&server)?;
    ask(&server)?;
    server.wait_until("the port to be free", || is_free(&server).then_some(()))?;
    expect(&server, server.alive(), "the server waits for its child")?;
    expect(&client, client.is_quiet(), "the running answer is waited for")?;
    other_half(client)?;
    let status = server.wait_exit(8.0)?;
    ended(&server, status, 0)?;
    gone(&server, child)
}

/// Nobody listens any more. As long as the server itself is seen to, nobody tries to connect: that
/// would fill the backlog.
pub fn is_free(server: &Server) -> bool {
    let refused = || server.connect().is_err_and(|failure| failure.kind() == Seen::Refused);
    process::listening_ports(server.pid()).is_none_or(|ports| ports.is_empty()) && refused()
}

pub fn ended(server: &Server, status: ExitStatus, code: i32) -> Verdict {
    expect(server, status.code() == Some(code), format!("the server ends with status {code}"))
}

/// The server has not left this child behind.
fn gone(server: &Server, child: u32) -> Verdict {
    expect(server, process::state(child).is_none(), "the child has ended and was reaped")
}

fn idle_stops(target: &Target) -> Verdict {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
        server.stop(signal)?;
        let status = server.wait_exit(8.0)?;
        ended(&server, status, 0)?;
    }
    Ok(())
}

/// The server is stopped while they connect, so that it finds them and the signal together.
fn queue_is_served(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    freeze(&server)?;
    let mut clients = connect_so_many(&server, 20)?;
    clients.iter_mut().try_for_each(asks)?;
    server.stop(Signal::SIGTERM)?;
    server.stop(Signal::SIGCONT)?;
    clients.iter_mut().try_for_each(is_answered)?;
    drop(clients);
    let status = server.wait_exit(8.0)?;
    ended(&server, status, 0)
}

fn second_signal(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    let (mut client, child) = half_a_request(&server)?;
    server.stop(Signal::SIGTERM)?;
    server.wait_for_line("the line that says \"stopping\"", |line| line.contains("stopping"))?;
    expect(&server, server.alive(), "the first signal lets the answer finish")?;
    server.stop(Signal::SIGINT)?;
    let status = server.wait_exit(8.0)?;
    ended(&server, status, 1)?;
    gone(&server, child)?;
    client.ending()?;
    let told = server.stderr_lines().iter().any(|line| line.contains("second signal"));
    expect(&server, told, "a line on stderr says that a second signal ended it")
}

fn deadline(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "0.3").start()?;
    let (mut client, child) = half_a_request(&server)?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?;
    ended(&server, status, 0)?;
    gone(&server, child)?;
    client.ending()?;
    let told = server.stderr_lines().iter().any(|line| line.contains("1 connection"));
    expect(&server, told, "a line on stderr says how many connections were not finished")
}

fn deaf_child(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "0.3").start()?;
    let (_client, child) = half_a_request(&server)?;
    to(child, Signal::SIGSTOP, &server)?;
    server
        .wait_until("the child to be stopped", || (process::state(child)? == 'T').then_some(()))?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?;
    ended(&server, status, 0)?;
    gone(&server, child)
}
