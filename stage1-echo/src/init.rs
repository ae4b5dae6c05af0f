//! Hardening: being process 1, as in a container.
//!
//! The first process of a container is process 1 there, and the kernel treats it as it treats a
//! machine's init. A signal for which it has no handler is dropped: SIGTERM and Ctrl-C would not stop
//! stages 1 to 3. And it becomes the parent of every process whose own parent has exited, and must
//! reap them, or they stay as zombies.
//!
//! Neither is a web server's job, and reaping whatever has exited would take away the exit status of
//! children that somebody else waits for. So a server that finds itself to be process 1 starts a
//! second process and serves there, as under `docker run --init`. The first one does nothing but
//! pass on signals, reap, and exit as the server does.
#![allow(unsafe_code)]

use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, kill, signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, setpgid};

/// The number of the first process of all.
const INIT: u32 = 1;

/// The signals that ask a server for something. Stages 4 and 5 finish what runs at the first two.
const PASSED_ON: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT];

/// Whether this process serves in place of process 1.
static IS_SECOND: AtomicBool = AtomicBool::new(false);

/// The number of the process that was started as this server, which is what `LISTEN_PID` names.
pub fn started_as() -> u32 {
    if IS_SECOND.load(Ordering::Relaxed) { INIT } else { process::id() }
}

/// Returns in a process that is not process 1: at once in nearly every case, otherwise in a second
/// process. To be called before anything is opened or started.
///
/// # Errors
/// There can be no second process.
pub fn leave_process_1() -> io::Result<()> {
    if process::id() != INIT {
        return Ok(());
    }
    // From here on they wait until somebody asks for them: even process 1 gets a signal that it holds
    // back, and no SIGCHLD is missed between a look for children that have exited and the next wait.
    let signals: SigSet = PASSED_ON.into_iter().chain([Signal::SIGCHLD]).collect();
    let before = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    // What the program that started us ignores, we ignore, too: a shell script starts programs in the
    // background without Ctrl-C. Here nobody else passes it on. And with SIGCHLD ignored no exit status
    // would be left for anybody.
    for usual in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGCHLD] {
        // SAFETY: the kernel's own way runs no code of ours.
        unsafe { signal(usual, SigHandler::SigDfl) }?;
    }
    // SAFETY: a server comes here before it starts a thread, and the process that stays process 1
    // takes no lock that another thread could hold: it calls the kernel, and exits.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => tend(child, &signals),
        ForkResult::Child => {
            // A group of its own: the terminal sends Ctrl-C to the group of process 1, which passes it
            // on. Twice would mean "at once" to stages 4 and 5. It can't be refused to a new process.
            let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
            IS_SECOND.store(true, Ordering::Relaxed);
            before.thread_set_mask()?;
            Ok(())
        }
    }
}

/// The life of process 1: signals go to the server, orphans are reaped, and it exits with the server.
fn tend(server: Pid, signals: &SigSet) -> ! {
    loop {
        match signals.wait() {
            Ok(Signal::SIGCHLD) => reap(server),
            Ok(signal) => _ = kill(server, signal), // it has exited: SIGCHLD is on its way
            Err(_) => {}                            // a wrong set of signals, which this is not
        }
    }
}

/// Reaps all that have exited: one SIGCHLD may stand for many. Exits if the server is among them.
fn reap(server: Pid) {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(child, status)) if child == server => process::exit(status),
            // What a shell, and Docker, say of a program that was killed by a signal.
            Ok(WaitStatus::Signaled(child, signal, _)) if child == server => {
                process::exit(128 + signal as i32);
            }
            Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return,
            // `nix` has no names for real-time signals, and loses the pid of whom they killed.
            Err(Errno::EINVAL) if kill(server, None).is_err() => process::exit(1),
            _ => {}
        }
    }
}
