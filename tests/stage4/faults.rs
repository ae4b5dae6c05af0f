//! A machine that fails, as only a server of many processes meets it.

use std::time::{Duration, Instant};

use grader::crowd::Crowd;
use grader::faults::{Calm, Delay, Fault, unruly};
use grader::{Check, Signal, Target, Verdict, expect, process};

use crate::family::{connect, connect_so_many, freeze, none_left, served};
use crate::hints;
use crate::reap::reported;
use crate::stop::{ended, to};

pub const CHECKS: &[Check] = &[
    Check {
        id: "faults-fork",
        title: "whatever fork fails with, this client gets a 503, it is said, and the next is served",
        rule: "POSIX fork(2): EAGAIN, ENOMEM",
        hint: hints::NO_PROCESS,
        run: fork_fails,
    },
    Check {
        id: "faults-poll",
        title: "a poll for which the kernel has no memory is reported and outlived",
        rule: "Linux poll(2): ENOMEM; POSIX poll(2): EAGAIN",
        hint: "Treat it as accept's ENOMEM: say so, wait a little, try again.",
        run: poll_fails,
    },
    Check {
        id: "faults-poll-lasting",
        title: "a poll that fails for good is reported once, keeps no processor busy, and stops nothing",
        rule: "book/src/hard/faults.md: no error is a busy loop",
        hint: "Pause, look at everything that poll would have waited for, and try again.",
        run: poll_fails_for_good,
    },
    Check {
        id: "faults-child-dies-in-its-answer",
        title: "a child that SIGKILL or SIGSEGV ends while it answers takes nobody's answer along",
        rule: "POSIX signal concepts; waitpid(2): WIFSIGNALED",
        hint: hints::REPORT,
        run: child_dies,
    },
    Check {
        id: "faults-memory",
        title: "an application that takes all memory ends its own process only, which is reported",
        rule: "POSIX setrlimit(2): RLIMIT_AS; Rust, std::alloc::handle_alloc_error",
        hint: "Nothing to do: the child aborts, and the parent reports it like any other.",
        run: out_of_memory,
    },
    Check {
        id: "faults-blocked",
        title: "requests that block for ever keep nobody else waiting, and do not keep the server",
        rule: "book/src/hard/limits.md: STOP_TIMEOUT",
        hint: "After STOP_TIMEOUT, SIGTERM to the children that are left.",
        run: unruly::blocks::<4>,
    },
    Check {
        id: "second-signal-while-the-queue-is-served",
        title: "a second signal ends the server at once, though clients are still in the backlog",
        rule: "book/src/stage4-fork/signals.md: who is in a hurry sends a second signal",
        hint: "Look for a signal before each accept.",
        run: second_signal_meanwhile,
    },
    Check {
        id: "stop-while-clients-keep-coming",
        title: "clients that keep coming do not keep a server that is told to stop",
        rule: "book/src/hard/limits.md: STOP_TIMEOUT; no more come out of the queue than fit into it",
        hint: "Look at the deadline before each accept, too.",
        run: keep_coming,
    },
];

fn fork_fails(target: &Target) -> Verdict {
    for error in ["EAGAIN", "ENOMEM"] {
        let calm = Calm::<4>::start(target)?;
        let fault = Fault { calls: "clone,clone3,?fork,?vfork", error, when: "1" };
        let injected = fault.put_into(&calm.server)?;
        let mut client = calm.server.connect()?; // without a request: unread, it would cause a reset
        client.response("GET")?.expect_status(&client, 503)?;
        client.sees_end()?;
        drop(client);
        injected.happened("clone")?;
        calm.server.wait_for_line("a line on stderr about fork", |line| {
            line.starts_with("fork: ") && line.contains("503")
        })?;
        calm.serves()?; // strace is still there; the second fork has no fault
        drop(injected);
        calm.is_as_before()?;
    }
    Ok(())
}

fn poll_fails(target: &Target) -> Verdict {
    let calm = Calm::<4>::start(target)?;
    let injected =
        Fault { calls: "?poll,ppoll", error: "ENOMEM", when: "1..3" }.put_into(&calm.server)?;
    calm.serves()?;
    injected.happened("poll")?;
    calm.server.wait_for_line("a line on stderr about poll", |line| {
        line.starts_with("poll: ") && line.contains("Cannot allocate memory")
    })?;
    drop(injected);
    calm.is_as_before()
}

fn poll_fails_for_good(target: &Target) -> Verdict {
    let calm = Calm::<4>::start(target)?;
    let injected =
        Fault { calls: "?poll,ppoll", error: "EPERM", when: "1+" }.put_into(&calm.server)?;
    let hits = |number: usize| {
        let what = format!("call number {number} of poll");
        calm.server.wait_until(&what, || (injected.hits("poll") >= number).then_some(()))
    };
    // Without poll it looks for clients now and then.
    calm.serves()?;
    hits(1)?;
    let first = Instant::now();
    hits(5)?;
    let all = first.elapsed();
    let what = format!("it pauses between five tries, which took {all:?}");
    expect(&calm.server, all >= Duration::from_millis(1200), what)?;
    calm.server.stop(Signal::SIGTERM)?;
    let status = calm.server.wait_exit(8.0)?;
    drop(injected);
    expect(&calm.server, status.success(), "SIGTERM ends it with status 0")?;
    let said = calm.server.stderr_lines();
    let reported = said.iter().filter(|line| line.starts_with("poll: ")).count();
    expect(&calm.server, reported == 1, format!("it is reported once: {said:?}"))
}

/// The other answer is under way before and after.
fn child_dies(target: &Target) -> Verdict {
    let server = target.start()?;
    for (signal, names) in [(Signal::SIGKILL, ["KILL", "9"]), (Signal::SIGSEGV, ["SEGV", "11"])] {
        let (mut other, _) = connect(&server)?;
        streams(&mut other)?;
        let (mut client, child) = connect(&server)?;
        streams(&mut client)?;
        to(child, signal, &server)?;
        // Rust takes the first SIGSEGV for a stack that has overflowed, and waits for it to come again.
        server.wait_until("the child to end", || {
            let is_there = process::children(server.pid()).iter().any(|one| one.pid == child);
            (!is_there || to(child, signal, &server).is_err()).then_some(())
        })?;
        reported(&server, "the killed", child, &names)?;
        client.ending()?;
        let rest = other.read_to_end()?;
        let is_whole = String::from_utf8_lossy(&rest).ends_with("part3\n\r\n0\r\n\r\n");
        expect(&other, is_whole, "the other answer comes to its end")?;
        served(&server)?;
        drop((client, other));
        none_left(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}

/// Asks for an answer that takes its time, and waits for its first part.
fn streams(client: &mut grader::Client) -> Verdict {
    client.send(b"GET /stream?ms=300 HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut got = Vec::new();
    while !got.ends_with(b"part1\n\r\n") {
        got.extend(client.read_exact_n(1)?);
    }
    Ok(())
}

fn out_of_memory(target: &Target) -> Verdict {
    let calm = unruly::runs_out_of_memory::<4>(target)?;
    calm.server.wait_for_line("a line that names the child and SIGABRT", |line| {
        line.starts_with("child ") && line.contains("SIGABRT")
    })?;
    calm.is_as_before()
}

/// A machine whose clients are quicker than its `accept`.
const SLOW_ACCEPT: Delay = Delay { calls: "accept,accept4", microseconds: 100_000 };

fn second_signal_meanwhile(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "60").start()?;
    freeze(&server)?;
    let clients = connect_so_many(&server, 200)?;
    let injected = SLOW_ACCEPT.put_into(&server)?;
    server.stop(Signal::SIGTERM)?;
    server.stop(Signal::SIGCONT)?;
    injected.called()?;
    let pause = || (!process::children(server.pid()).is_empty()).then_some(());
    server.wait_until("the first of them to be served", pause)?;
    expect(&server, server.alive(), "the others are still in the backlog")?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?; // it takes 20 s to accept them all
    drop((clients, injected));
    ended(&server, status, 1)
}

fn keep_coming(target: &Target) -> Verdict {
    let server = target.launch().env("STOP_TIMEOUT", "1").start()?;
    let injected = SLOW_ACCEPT.put_into(&server)?;
    let crowd = Crowd::start(server.address());
    injected.called()?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?;
    drop((crowd, injected));
    ended(&server, status, 0)
}
