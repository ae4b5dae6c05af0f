//! Ctrl-C, and a runner that loses patience, leave no server behind.
//!
//! Each server has a process group of its own, so the terminal's Ctrl-C does not reach it. The
//! grader takes the signal with a thread that waits for it, ends all groups and then itself. A
//! blocked signal would be inherited by the servers, so it is let through while one is started.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{SigSet, SigmaskHow, Signal, killpg};
use nix::unistd::Pid;

/// The process groups that run now, by their leader's pid.
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// From here on a signal that would end the grader ends its servers too.
///
/// To be called before any thread is started: they inherit what is blocked.
pub(crate) fn watch() {
    if interrupts().thread_block().is_err() {
        return;
    }
    std::thread::spawn(|| {
        // An error can only mean that there is nothing to wait for; then the default is as good.
        if interrupts().wait().is_ok() {
            kill_all();
            std::process::exit(INTERRUPTED);
        }
    });
}

/// Starts `command` and remembers its group until [`forget`].
pub(crate) fn spawn(command: &mut Command) -> io::Result<Child> {
    let mut groups = groups();
    let mask = interrupts().thread_swap_mask(SigmaskHow::SIG_UNBLOCK)?;
    let child = command.spawn();
    mask.thread_set_mask()?;
    if let Ok(child) = &child {
        groups.insert(child.id().cast_signed());
    }
    child
}

/// This group has been ended.
pub(crate) fn forget(group: Pid) {
    groups().remove(&group.as_raw());
}

/// Ends every group that still runs, those of checks that were given up included.
pub(crate) fn kill_all() {
    for group in std::mem::take(&mut *groups()) {
        // Gone already is as good as ended now.
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

fn interrupts() -> SigSet {
    SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP])
}

fn groups() -> MutexGuard<'static, BTreeSet<i32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}
