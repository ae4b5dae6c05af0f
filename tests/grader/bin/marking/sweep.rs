//! Ends whatever a submission has started, at its end and when the marking is interrupted.
//!
//! On Linux the marking adopts processes whose parents have ended, so that none gets lost: neither
//! a server that has put itself into the background nor the children of one that was killed.

use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use grader::process::{Process, descendants};
use grader::{patience, wait_until};
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Held while something is started: nothing is started any more once the marking is interrupted.
static STARTING: Mutex<()> = Mutex::new(());

/// From here on, a signal that would end the marking ends all that it has started as well.
///
/// To be called before any thread is started: they inherit what is blocked.
pub fn on_interrupt() {
    #[cfg(target_os = "linux")]
    // Without it, what has lost its parent is not found; the sandbox ends that all the same.
    let _ = nix::sys::prctl::set_child_subreaper(true);
    let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
    if signals.thread_block().is_err() {
        return;
    }
    std::thread::spawn(move || {
        if signals.wait().is_ok() {
            let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
            end_all();
            grader::tell::err(format_args!("\ninterrupted; the same command goes on from here"));
            std::process::exit(INTERRUPTED);
        }
    });
}

/// Starts `command`, unless the marking is being interrupted.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// Whatever has ended by now has ended by itself: comes back only if the marking goes on. What an
/// interrupted marking has ended must not be taken for a submission's own end.
pub fn unless_interrupted() {
    drop(STARTING.lock());
}

/// What was started and has not ended.
pub fn alive() -> Vec<Process> {
    let all = descendants(std::process::id());
    all.into_iter().filter(|process| !process.is_zombie()).collect()
}

/// Ends all of it, again and again until nothing new appears.
pub fn end_all() {
    // What can't be ended in this time hangs in the kernel; there is nothing left to try.
    let _ = wait_until(patience(10.0), "all that was started to end", || {
        let alive = alive();
        for process in &alive {
            let pid = Pid::from_raw(process.pid.cast_signed());
            // A whole group at once leaves its members no time to start others.
            let _ = killpg(pid, Signal::SIGKILL);
            let _ = kill(pid, Signal::SIGKILL);
        }
        alive.is_empty().then_some(())
    });
}

/// Takes leave of adopted processes that have ended.
pub fn reap() {
    let me = std::process::id();
    for zombie in grader::process::zombies(me) {
        // If it was reaped meanwhile, so much the better.
        let _ = waitpid(Pid::from_raw(zombie.pid.cast_signed()), Some(WaitPidFlag::WNOHANG));
    }
}
