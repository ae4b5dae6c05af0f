//! How the checks start a server with an application in Python, and what they see of its processes.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::check::Verdict;
use crate::evidence::Evidence;
use crate::failure::{Failure, Seen};
use crate::patience::{STEP_SECONDS, patience, wait_until};
use crate::process::{self, Process};
use crate::server::Server;
use crate::target::Target;

/// Where the applications of the tests are; those of the repository are found by the server itself.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");

/// The target with an application in Python, and so many workers.
pub(super) fn with(target: &Target, application: &str, workers: usize) -> Target {
    let target = target.clone().arg("--python").arg(application);
    let target = target.arg("--python-workers").arg(workers.to_string());
    target.env("PYTHONPATH", path()).env("PYTHONDONTWRITEBYTECODE", "1")
}

/// The folders that `PYTHONPATH` names: one of them holds modules that are wrong.
pub(super) fn path() -> String {
    format!("{FOLDER}:{FOLDER}/wrong")
}

/// The process that keeps the workers alive. Ask before anybody connects: later, stage 4 has other
/// children besides.
///
/// # Errors
/// There is none.
pub(super) fn master(server: &Server) -> Result<u32, Failure> {
    server.wait_until("the master to be the server's only child", || {
        let children = process::children(server.pid());
        let [child] = &children[..] else { return None };
        Some(child.pid)
    })
}

/// Waits until the master has exactly so many workers, none of which is among `not`.
///
/// # Errors
/// It does not come to have them.
pub(super) fn workers(
    server: &Server,
    master: u32,
    count: usize,
    not: &[u32],
) -> Result<Vec<u32>, Failure> {
    server.wait_until(&format!("{count} workers that can be asked"), || {
        let children = process::children(master);
        let pids: Vec<u32> = children.iter().map(|child| child.pid).collect();
        let are_right = !children.iter().any(Process::is_zombie);
        let are_new = !pids.iter().any(|pid| not.contains(pid));
        (pids.len() == count && are_right && are_new).then_some(pids)
    })
}

/// Ends a process that the server or its master has started.
///
/// # Errors
/// It is not there.
pub(super) fn end(pid: u32) -> Verdict {
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).map_err(|error| {
        Failure::new(format!("process {pid} can't be killed: {error}")).seen(Seen::Machine)
    })
}

/// Waits until none of these runs any more. A zombie does not run: whose child it is now has to
/// reap it, and that is nobody of ours.
///
/// # Errors
/// One does.
pub(super) fn are_gone(server: &impl Evidence, pids: &[u32]) -> Verdict {
    let gone = |pid: &u32| process::state(*pid).is_none_or(|state| state == 'Z');
    wait_until(patience(STEP_SECONDS), "the processes of Python to be gone", || {
        pids.iter().all(gone).then_some(())
    })
    .map_err(|failure| failure.of(server))
}
