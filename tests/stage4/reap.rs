//! Children that have ended are reaped, whatever ended them, and whoever is asleep.

use std::process::Command;

use grader::{Check, Failure, Seen, Server, Signal, Target, Verdict, expect, process};
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::family::{LOOK, connect, connect_all, freeze, none_left, says_hello, served};
use crate::hints;

pub const CHECKS: &[Check] = &[
    Check {
        id: "zombie-is-reaped-while-idle",
        title: "a child that has ended is reaped although no other client comes",
        rule: "POSIX waitpid(2), SIGCHLD",
        hint: hints::REAP_WHILE_IDLE,
        run: reaped_while_idle,
    },
    Check {
        id: "burst-is-reaped",
        title: "fifty children that end together are all reaped",
        rule: "POSIX signal concepts: a signal that is pending already is not queued again",
        hint: hints::REAP_IN_A_LOOP,
        run: burst,
    },
    Check {
        id: "burst-is-reaped-after-a-stop",
        title: "ten children that end while the server is stopped are all reaped when it goes on",
        rule: "POSIX signal concepts; waitpid(2) with WNOHANG",
        hint: hints::REAP_IN_A_LOOP,
        run: burst_while_stopped,
    },
    Check {
        id: "killed-child-is-reported",
        title: "a child that was killed is reported by pid and signal, and the server goes on",
        rule: "POSIX waitpid(2): WIFSIGNALED, WTERMSIG",
        hint: hints::REPORT,
        run: killed_child,
    },
    Check {
        id: "real-time-signal-is-no-riddle",
        title: "a child that a real-time signal ended is reaped, reported and forgotten",
        rule: "POSIX signal concepts: SIGRTMIN to SIGRTMAX",
        hint: "nix has no name for these and returns EINVAL; the child is reaped all the same.",
        run: real_time_signal,
    },
    Check {
        id: "signals-while-idle",
        title: "SIGCHLD without a child, SIGPIPE, and stop and continue do not end an idle server",
        rule: "POSIX poll(2): EINTR; waitpid(2): ECHILD",
        hint: hints::NO_CHILD,
        run: signals_while_idle,
    },
];

fn send(pid: u32, signal: Signal) -> Verdict {
    kill(Pid::from_raw(pid.cast_signed()), signal).map_err(|error| {
        Failure::new(format!("{signal} can't be sent to {pid}: {error}")).seen(Seen::Machine)
    })
}

/// Whether it has outlived its first child is seen only by one more client.
fn reaped_while_idle(target: &Target) -> Verdict {
    let server = target.start()?;
    served(&server)?;
    none_left(&server)?;
    served(&server)
}

fn burst(target: &Target) -> Verdict {
    let server = target.start()?;
    let clients = connect_all(&server, 50)?;
    drop(clients);
    none_left(&server)?;
    served(&server)
}

fn burst_while_stopped(target: &Target) -> Verdict {
    let server = target.start()?;
    let clients = connect_all(&server, 10)?;
    freeze(&server)?;
    drop(clients);
    server.notes("wait");
    let zombies = server.wait_until("ten zombies of a stopped server", || {
        (process::zombies(server.pid()).len() == 10).then_some(())
    });
    zombies.map_err(|failure| failure.look(LOOK))?;
    server.stop(Signal::SIGCONT)?;
    none_left(&server)?;
    served(&server)
}

fn killed_child(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, well) = connect(&server)?;
    says_hello(&mut client)?;
    drop(client);
    none_left(&server)?;
    let (_client, child) = connect(&server)?;
    server.notes("kill -KILL CHILD");
    send(child, Signal::SIGKILL)?;
    reported(&server, "the killed", child, &["KILL", "9"])?;
    none_left(&server)?;
    served(&server)?;
    // The lines come in order: what was said of the first child is here by now.
    let news = server.stderr_lines().into_iter().find(|line| names(line, well));
    let what = "a child that has served its client and ended is no news";
    expect(&server, news.is_none(), what)
}

fn names(line: &str, pid: u32) -> bool {
    let digits = line.split(|character: char| !character.is_ascii_digit());
    digits.into_iter().any(|number| number == pid.to_string())
}

/// A line on stderr names the pid and the signal.
pub fn reported(server: &Server, which: &str, child: u32, signal: &[&str]) -> Verdict {
    let what = format!("a line on stderr that names {which} child, {child}, and the signal");
    server.wait_until(&what, || {
        server.stderr_lines().iter().find_map(|line| {
            let (_, rest) = line.split_once(&child.to_string())?;
            signal.iter().any(|name| rest.contains(name)).then_some(())
        })
    })
}

/// The server must not go on counting it among the living: it would wait for it when it stops.
fn real_time_signal(target: &Target) -> Verdict {
    if !cfg!(target_os = "linux") {
        eprintln!("left out: this system has no real-time signals");
        return Ok(());
    }
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    let (_client, child) = connect(&server)?;
    let sent = Command::new("sh").args(["-c", &format!("kill -34 {child}")]).status();
    expect(&server, sent.is_ok_and(|status| status.success()), "kill(1) sends signal 34")?;
    reported(&server, "the killed", child, &["real-time", "34"])?;
    none_left(&server)?;
    served(&server)?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.success(), "the server ends with status 0, and at once")
}

fn signals_while_idle(target: &Target) -> Verdict {
    let server = target.start()?;
    for signal in [Signal::SIGCHLD, Signal::SIGPIPE, Signal::SIGWINCH, Signal::SIGCHLD] {
        server.stop(signal)?;
        served(&server)?;
        freeze(&server)?;
        server.stop(Signal::SIGCONT)?;
        served(&server)?;
    }
    none_left(&server)?;
    expect(&server, server.alive(), "the server still runs")
}
