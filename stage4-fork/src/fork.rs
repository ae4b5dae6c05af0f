//! First reading: the call that returns twice, and the signals around it.
//!
//! All `unsafe` of this stage is in this file. In a process with several threads the child has only
//! the one that called `fork`, and a lock that another thread held at that moment stays locked in the
//! child forever. So `serve` asks [`only_thread`] first, and starts none itself. The function `fork`
//! can't be called from outside of this crate.
#![allow(unsafe_code)]

use std::io;

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal};
use nix::unistd::{self, ForkResult};

/// Whether this process may fork: it has one thread.
///
/// # Errors
/// It has more; or the system doesn't say how many there are, and then it might.
pub fn only_thread() -> io::Result<()> {
    match threads() {
        Ok(1) => Ok(()),
        Ok(more) => Err(io::Error::other(format!(
            "this process has {more} threads, and one that forks must have a single one"
        ))),
        Err(error) => Err(io::Error::other(format!(
            "can't find out how many threads this process has: {error}; is /proc mounted?"
        ))),
    }
}

#[cfg(not(target_vendor = "apple"))]
fn threads() -> io::Result<usize> {
    std::fs::read_dir("/proc/self/task")?.try_fold(0, |count, thread| thread.map(|_| count + 1))
}

#[cfg(target_vendor = "apple")]
fn threads() -> io::Result<usize> {
    use nix::libc::{PROC_PIDTASKINFO, getpid, proc_pidinfo, proc_taskinfo};
    let mut info = std::mem::MaybeUninit::<proc_taskinfo>::zeroed();
    let size = size_of::<proc_taskinfo>() as i32;
    // SAFETY: the kernel writes at most `size` bytes to where `info` has as many. All its fields are
    // integers, for which zeros are a value, so it is initialised whatever the kernel writes.
    let info = unsafe {
        if proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, info.as_mut_ptr().cast(), size) < size {
            return Err(io::Error::last_os_error());
        }
        info.assume_init()
    };
    Ok(usize::try_from(info.pti_threadnum).unwrap_or(0))
}

/// Makes a second process out of this one: the same memory, the same descriptors, another pid. It
/// returns in both.
///
/// The child does not stop with Ctrl-C, which a terminal sends to parent and children alike: the
/// parent decides, and lets its answer finish. SIGTERM ends it.
///
/// # Errors
/// There is no child: `EAGAIN` if the system allows no more processes, `ENOMEM`.
// ANCHOR: fork
pub fn fork() -> nix::Result<ForkResult> {
    // Until the child has its own ways, the parent's handler would take its signals, and they
    // would be lost: a SIGTERM, say.
    let held = SigSet::from_iter([Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT]);
    let before = held.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    // SAFETY: this process has one thread: `serve` has seen to that, so the child may run any code.
    let forked = unsafe { unistd::fork() };
    if let Ok(ForkResult::Child) = forked {
        signals_of_the_child();
    }
    // It can't fail: the mask is one that the kernel gave us. And nothing here may return early:
    // the caller would take a child for a parent.
    let _ = before.thread_set_mask();
    forked
}
// ANCHOR_END: fork

// ANCHOR: ways
fn signals_of_the_child() {
    let ways = [
        (Signal::SIGINT, SigHandler::SigIgn),
        (Signal::SIGTERM, SigHandler::SigDfl),
        (Signal::SIGCHLD, SigHandler::SigDfl), // an application may start processes of its own
    ];
    for (which, way) in ways {
        // SAFETY: the kernel's own ways run no code of ours. They can't be refused for these.
        let _ = unsafe { signal(which, way) };
    }
}
// ANCHOR_END: ways

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread::spawn;

    use super::*;

    #[test]
    fn a_process_with_a_second_thread_must_not_fork() {
        let (end, until) = channel::<()>();
        let second = spawn(move || until.recv()); // the tests themselves run on a second one, too
        let refused = only_thread().expect_err("there are two threads");
        assert!(refused.to_string().contains("threads"), "{refused}");
        drop(end);
        let _ = second.join();
    }
}
