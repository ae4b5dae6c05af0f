//! However a server or its master ends, nothing of Python is left behind.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::content::first_piece;
use super::machine::with_python;
use super::start::{Temporary, are_gone, end, master, with, workers};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::expect;
use crate::failure::{Failure, Seen};
use crate::gateway::talk::{get, next_is_served, visit};
use crate::server::Server;
use crate::target::Target;

const RULE: &str = "design: no worker outlives its server, however that ends";

/// What every server survives, or does not.
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
        rule: "design: SIGTERM closes the listening socket and lets answers finish",
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

/// A server with an application in Python, a client whose answer has begun, and all its processes.
struct Running {
    temporary: Temporary,
    server: Server,
    client: Client,
    pids: Vec<u32>,
}

impl Running {
    fn start(target: &Target) -> Result<Running, Failure> {
        let temporary = Temporary::make()?;
        let target = with(&temporary.of(target), "plain:app", 2).env("STOP_TIMEOUT", "60");
        let server = target.start()?;
        let master = master(&server)?;
        let pids = [workers(&server, master, 2, &[])?, vec![master]].concat();
        next_is_served(&server)?;
        let client = first_piece(&server)?;
        Ok(Running { temporary, server, client, pids })
    }

    fn leaves_nothing(&self) -> Verdict {
        are_gone(&self.server, &self.pids)?;
        self.temporary.is_empty(&self.server)
    }
}

fn server_killed(target: &Target) -> Verdict {
    let mut running = Running::start(target)?;
    killpg(group(&running.server), Signal::SIGKILL).map_err(machine)?;
    running.client.ending()?;
    running.leaves_nothing()
}

fn group(server: &Server) -> Pid {
    Pid::from_raw(server.pid().cast_signed())
}

fn machine(error: nix::Error) -> Failure {
    Failure::new(format!("a signal can't be sent: {error}")).seen(Seen::Machine)
}

fn ctrl_c(target: &Target) -> Verdict {
    let mut running = Running::start(target)?;
    killpg(group(&running.server), Signal::SIGINT).map_err(machine)?;
    running.client.ending()?;
    running.server.wait_exit(8.0)?;
    running.leaves_nothing()?;
    let said = running.server.stderr_lines();
    expect(&running.server, said.is_empty(), format!("nothing is said on standard error: {said:?}"))
}

/// The group gets the signal, as from a terminal.
fn finishes(target: &Target, signal: Signal) -> Verdict {
    let temporary = Temporary::make()?;
    let server = with(&temporary.of(target), "plain:app", 2).env("STOP_TIMEOUT", "60").start()?;
    let master = master(&server)?;
    let pids = [workers(&server, master, 2, &[])?, vec![master]].concat();
    let mut client = server.connect()?;
    client.send(get("/stream?ms=300").as_bytes())?;
    client.read_exact_n(12)?;
    match signal {
        Signal::SIGINT => killpg(group(&server), signal).map_err(machine)?,
        _ => server.stop(signal)?,
    }
    let rest = String::from_utf8_lossy(&client.read_to_end()?).into_owned();
    let whole = rest.contains("part3") && rest.ends_with("0\r\n\r\n");
    expect(&client, whole, "all three parts come, and the last-chunk")?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.code() == Some(0), "the server ends with status 0")?;
    are_gone(&server, &pids)?;
    temporary.is_empty(&server)
}

/// Who has a kept connection to a worker must not be served for ever by one that nobody watches.
fn master_killed(target: &Target) -> Verdict {
    let server = with(target, "plain:app", 2).start()?;
    let master = master(&server)?;
    let workers = workers(&server, master, 2, &[])?;
    next_is_served(&server)?;
    end(master)?;
    are_gone(&server, &workers)?;
    let (client, _) = visit(&server, "/hello", 502)?;
    drop(client);
    server.wait_for_line("a line that says that Python is gone", |line| {
        line.contains("Python is gone") && line.contains("restart the server")
    })?;
    visit(&server, "/hello", 502).map(drop)
}
