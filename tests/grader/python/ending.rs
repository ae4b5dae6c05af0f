//! However a server or its master ends, nothing of Python is left behind.

use std::fs;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::content::first_piece;
use super::machine::with_python;
use super::start::{are_gone, end};
use super::traces::Watched;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::{Failure, Seen};
use crate::faults::told;
use crate::gateway::talk::{get, next_is_served, visit};
use crate::server::Server;
use crate::target::Target;

const RULE: &str =
    "book/src/frameworks/workers.md: no worker outlives its server, however that ends";

/// The application, an example.
const PLAIN: &str = "plain:app";

/// For every server.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-server-killed",
        title: "a server that is killed with -9 leaves no process of Python, and no temporary file",
        rule: RULE,
        hint: "The end of the control connection reaches the master whatever happens to us.",
        run: |target| with_python(target, server_killed),
    },
    Check {
        id: "python-master-killed",
        title: "without a master the workers end, and clients are told 502",
        rule: "RFC 9110 s15.6.3; nobody would replace a worker that dies",
        hint: "The end of a pipe that only the master writes to reaches every worker.",
        run: |target| with_python(target, master_killed),
    },
];

/// For servers that finish what runs.
pub const GENTLE: &[Check] = &[
    Check {
        id: "python-stop-finishes-what-runs",
        title: "after SIGTERM an answer from Python arrives whole, and then no process is left",
        rule: "book/src/stage4-fork/signals.md: SIGTERM lets answers finish",
        hint: "The workers have to live as long as answers run: end the master last.",
        run: |target| with_python(target, |target| finishes(target, Signal::SIGTERM)),
    },
    Check {
        id: "python-ctrl-c-finishes-what-runs",
        title: "after Ctrl-C an answer from Python arrives whole, and then no process is left",
        rule: "POSIX terminal interface: SIGINT goes to the whole foreground process group",
        hint: "Give the master a process group of its own, so that SIGINT does not reach the workers.",
        run: |target| with_python(target, |target| finishes(target, Signal::SIGINT)),
    },
];

/// For a server that ends at once.
pub const CTRL_C: &[Check] = &[Check {
    id: "python-ctrl-c",
    title: "Ctrl-C ends the server and Python, without a word from Python",
    rule: RULE,
    hint: "Give the master a process group of its own: Python prints a traceback at SIGINT.",
    run: |target| with_python(target, ctrl_c),
}];

fn server_killed(target: &Target) -> Verdict {
    let watched = Watched::start(target, PLAIN)?;
    let processes = watched.processes()?;
    let mut client = first_piece(&watched.server)?;
    killpg(group(&watched.server), Signal::SIGKILL).map_err(machine)?;
    client.ending()?;
    watched.leaves_nothing(&processes)
}

fn group(server: &Server) -> Pid {
    Pid::from_raw(server.pid().cast_signed())
}

fn machine(error: nix::Error) -> Failure {
    Failure::new(format!("a signal can't be sent: {error}")).seen(Seen::Machine)
}

fn ctrl_c(target: &Target) -> Verdict {
    let watched = Watched::start(target, PLAIN)?;
    let (server, processes) = (&watched.server, watched.processes()?);
    if ignores_sigint(server.pid()) {
        return Ok(());
    }
    let mut client = first_piece(server)?;
    killpg(group(server), Signal::SIGINT).map_err(machine)?;
    client.ending()?;
    server.wait_exit(8.0)?;
    watched.leaves_nothing(&processes)?;
    let said = told(server);
    expect(server, said.is_empty(), format!("nothing is said on standard error: {said:?}"))
}

/// A shell has what it starts with `&` ignore Ctrl-C, and whoever is started by that inherits it: then
/// there is nothing to see. (Only Linux tells.)
fn ignores_sigint(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask >> (Signal::SIGINT as u32 - 1) & 1 == 1)
}

/// Ctrl-C reaches the whole group.
fn finishes(target: &Target, signal: Signal) -> Verdict {
    let watched = Watched::start(target, PLAIN)?;
    let (server, processes) = (&watched.server, watched.processes()?);
    let mut client = server.connect()?;
    client.send(get("/stream?ms=300").as_bytes())?;
    client.read_exact_n(12)?;
    match signal {
        Signal::SIGINT => killpg(group(server), signal).map_err(machine)?,
        _ => server.stop(signal)?,
    }
    let rest = String::from_utf8_lossy(&client.read_to_end()?).into_owned();
    let whole = rest.contains("part3") && rest.ends_with("0\r\n\r\n");
    expect(&client, whole, "all three parts come, and the last-chunk")?;
    let status = server.wait_exit(8.0)?;
    expect(server, status.code() == Some(0), "the server ends with status 0")?;
    watched.leaves_nothing(&processes)
}

/// Who has a kept connection to a worker must not be served for ever by one that nobody watches.
fn master_killed(target: &Target) -> Verdict {
    let watched = Watched::start(target, PLAIN)?;
    let (server, processes) = (&watched.server, watched.processes()?);
    next_is_served(server)?;
    end(watched.master)?;
    are_gone(server, &processes)?;
    let (client, _) = visit(server, "/hello", 502)?;
    drop(client);
    server.wait_for_line("a line that says that Python is gone", |line| {
        line.contains("Python is gone") && line.contains("restart the server")
    })?;
    visit(server, "/hello", 502)?;
    watched.leaves_nothing(&processes)
}
