//! What both worked solutions need of fork, and all their `unsafe`: a second process, in which no
//! signal is lost before it has ways of its own.
//!
//! The child has copies of the parent's handlers, and they write into the parent's pipe. So signals
//! are held back from before the fork until the child has said what they mean to it.
#![allow(unsafe_code)]

use nix::sys::signal::{SigHandler, SigSet, Signal, signal};
use nix::unistd::{self, ForkResult};

/// Makes a second process, in which these signals do one of the things that the kernel itself can
/// do about them. All signals are held back there until it calls [`let_come`].
///
/// # Errors
/// There is no child: `EAGAIN` if the system allows no more processes, `ENOMEM`.
pub fn fork(ways: &[(Signal, SigHandler)]) -> nix::Result<ForkResult> {
    hold_back();
    // SAFETY: these programs never start a thread, so the child may run any code.
    let forked = unsafe { unistd::fork() };
    if !matches!(forked, Ok(ForkResult::Child)) {
        let_come();
        return forked;
    }
    for &(which, way) in ways {
        // SAFETY: the kernel's own ways run no code of ours. They can't be refused for a known
        // signal, SIGKILL and SIGSTOP apart.
        let _ = unsafe { signal(which, way) };
    }
    forked
}

/// From here on, a signal waits until it may come. exec changes nothing about that.
pub fn hold_back() {
    let _ = SigSet::all().thread_block(); // fails for a wrong argument only
}

/// Those that have waited come now.
pub fn let_come() {
    let _ = SigSet::empty().thread_set_mask(); // fails for a wrong argument only
}
