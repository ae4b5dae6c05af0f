//! Being process 1, as in a container: here of a pid namespace, which `unshare` makes (Linux; for root).

use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::check::{Check, Verdict};
use crate::evidence::{Evidence, expect};
use crate::failure::Failure;
use crate::process;
use crate::server::Server;
use crate::target::Target;

const RULE: &str = "Linux pid_namespaces(7): the namespace init process";

/// Signals.
#[must_use]
pub const fn stops<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "process-1-stops",
        title: "as process 1 of a container it still stops at SIGTERM and SIGINT",
        rule: RULE,
        hint: "The kernel drops a signal for which process 1 has no handler.",
        run: stopped::<STAGE>,
    }]
}

/// Orphans.
#[must_use]
pub const fn reaps<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "process-1-reaps",
        title: "as process 1 of a container it reaps the orphans that it is given",
        rule: RULE,
        hint: "Whoever loses its parent becomes a child of process 1, and a zombie when it exits.",
        run: reaped,
    }]
}

/// What makes a namespace; the signals that this process group ignores are as usual in it.
const UNSHARE: [&str; 5] = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

/// The server as process 1, after these words of a shell that was it before.
fn as_process_1(target: &Target, words: &str) -> Result<Target, Failure> {
    let mut probe = Command::new(UNSHARE[0]);
    probe.args(&UNSHARE[1..]).arg("true").stdin(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        return Err(Failure::left_out("unshare can't make a pid namespace, which root may"));
    }
    let program = target.file().map(|file| file.display().to_string()).unwrap_or_default();
    let script = format!("{words} exec \"$0\" \"$@\"");
    let command = UNSHARE.into_iter().chain(["sh", "-c", &script, &program]);
    Ok(Target::command(target.name(), command))
}

/// What `unshare` has started.
fn process_1(server: &Server) -> Result<u32, Failure> {
    server.wait_until("process 1 of the namespace", || {
        process::children(server.pid()).first().map(|first| first.pid)
    })
}

fn stopped<const STAGE: u8>(target: &Target) -> Verdict {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let server = as_process_1(target, "trap '' INT;")?.start()?;
        let first = Pid::from_raw(process_1(&server)?.cast_signed());
        kill(first, signal).map_err(|error| {
            server.add_to(Failure::new(format!("a signal can't be sent: {error}")))
        })?;
        let status = server.wait_exit(8.0)?;
        let expected = if STAGE < 4 { 128 + signal as i32 } else { 0 };
        let what = format!("at {signal} it exits with status {expected}, not: {status}");
        expect(&server, status.code() == Some(expected), what)?;
    }
    Ok(())
}

fn reaped(target: &Target) -> Verdict {
    // The inner shell is gone at once, and what it has started lives a moment longer.
    let server = as_process_1(target, "sh -c 'sleep 1 & sleep 0.1 &';")?.start()?;
    let first = process_1(&server)?;
    // What a server starts itself stays. What the shell has left goes: none of it is a zombie.
    let orphans = || {
        let children = process::children(first);
        children.into_iter().filter(|one| name(one.pid).is_none_or(|name| name == "sleep")).count()
    };
    server.wait_until("the orphans to be reaped", || (orphans() == 0).then_some(()))?;
    expect(&server, server.alive(), "the server still runs")
}

fn name(pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim().to_owned())
}
