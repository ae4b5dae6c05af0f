//! A machine that fails, as only a server of many processes meets it.

use grader::faults::{Calm, Fault, unless_left_out, unruly};
use grader::{Check, Signal, Target, Verdict, expect, process};

use crate::family::{connect, none_left, served};
use crate::hints;
use crate::reap::reported;
use crate::stop::to;

pub const CHECKS: &[Check] = &[
    Check {
        id: "faults-fork",
        title: "whatever fork fails with, this client gets a 503, it is said, and the next is served",
        rule: "POSIX fork(2): EAGAIN, ENOMEM",
        hint: hints::NO_PROCESS,
        run: |target| unless_left_out(fork_fails(target)),
    },
    Check {
        id: "faults-poll",
        title: "a poll for which the kernel has no memory is reported and outlived",
        rule: "Linux poll(2): ENOMEM; POSIX poll(2): EAGAIN",
        hint: "Treat it as accept's ENOMEM: say so, wait a little, try again.",
        run: |target| unless_left_out(poll_fails(target)),
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
