//! Children that have ended are reaped, whatever ended them, and whoever is asleep.

use std::fs;
use std::process::Command;

use grader::{Check, Failure, Seen, Server, Signal, Target, Verdict, expect, process};
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::family::{connect, connect_all, count, freeze, none_left, says_hello};

pub const CHECKS: &[Check] = &[
    Check {
        id: "zombie-is-reaped-while-idle",
        title: "a child that has ended is reaped although no other client comes",
        rule: "POSIX waitpid(2), SIGCHLD",
        hint: "Don't wait for the next accept to reap: SIGCHLD must wake the server, by a self-pipe \
               that poll watches beside the listening socket.",
        run: reaped_while_idle,
    },
    Check {
        id: "burst-is-reaped",
        title: "fifty children that end together are all reaped",
        rule: "POSIX signal concepts: a signal that is pending already is not queued again",
        hint: "One SIGCHLD may stand for many children: waitpid in a loop until nothing is left.",
        run: burst,
    },
    Check {
        id: "burst-is-reaped-after-a-stop",
        title: "ten children that end while the server is stopped are all reaped when it goes on",
        rule: "POSIX signal concepts; waitpid(2) with WNOHANG",
        hint: "One SIGCHLD for ten children: waitpid in a loop until nothing is left.",
        run: burst_while_stopped,
    },
    Check {
        id: "killed-child-is-reported",
        title: "a child that was killed is reported by pid and signal, and the server goes on",
        rule: "POSIX waitpid(2): WIFSIGNALED, WTERMSIG",
        hint: "Look at the status that waitpid returns, and print what is not a normal end.",
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
        hint: "EINTR means look again; ECHILD means that there is no child, and is no error.",
        run: signals_while_idle,
    },
    Check {
        id: "idle-server-sleeps",
        title: "while nothing happens the parent sleeps, and does not look again and again",
        rule: "POSIX poll(2) without a timeout",
        hint: "A poll with a short timeout, or a descriptor that stays ready, keeps a processor busy.",
        run: idle_sleeps,
    },
];

fn send(pid: u32, signal: Signal) -> Verdict {
    kill(Pid::from_raw(pid.cast_signed()), signal).map_err(|error| {
        Failure::new(format!("{signal} can't be sent to {pid}: {error}")).seen(Seen::Machine)
    })
}

fn served(server: &Server) -> Verdict {
    let (mut client, _) = connect(server)?;
    says_hello(&mut client)
}

fn reaped_while_idle(target: &Target) -> Verdict {
    let server = target.start()?;
    served(&server)?;
    none_left(&server)
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
    server.wait_until("ten zombies of a stopped server", || {
        (process::zombies(server.pid()).len() == 10).then_some(())
    })?;
    server.stop(Signal::SIGCONT)?;
    none_left(&server)?;
    served(&server)
}

fn killed_child(target: &Target) -> Verdict {
    let server = target.start()?;
    let (_client, child) = connect(&server)?;
    send(child, Signal::SIGKILL)?;
    reported(&server, child, &["KILL", "9"])?;
    none_left(&server)?;
    served(&server)
}

/// A line on stderr names the pid and the signal.
fn reported(server: &Server, child: u32, signal: &[&str]) -> Verdict {
    let what = format!("a line on stderr that child {child} was ended by a signal");
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
    reported(&server, child, &["real-time", "34"])?;
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

/// One child has ended before, and while a silent client sits out its deadline, time passes.
fn idle_sleeps(target: &Target) -> Verdict {
    const MOST: u64 = 8;
    let server = target.launch().env("HEAD_TIMEOUT", "0.5").start()?;
    served(&server)?;
    none_left(&server)?;
    let (_silent, _) = connect(&server)?;
    let Some(before) = stirrings(server.pid()) else {
        eprintln!("left out: without /proc nobody knows how often a process wakes up");
        return Ok(());
    };
    count(&server, 0)?;
    let more = stirrings(server.pid()).unwrap_or(u64::MAX) - before;
    expect(&server, more <= MOST, format!("it wakes up for the child's end only: {more} times"))
}

/// How often a process has gone to sleep or was made to, and how many hundredths of a second it
/// has kept a processor busy.
fn stirrings(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
    let counts = counts.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok());
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name, proc(5) counts from 3; utime and stime are 14 and 15.
    let times = stat.rsplit_once(')')?.1.split_whitespace().skip(14 - 3).take(2);
    let times = times.filter_map(|time| time.parse::<u64>().ok());
    Some(counts.chain(times).sum())
}
