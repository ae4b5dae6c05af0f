//! First reading: the call that returns twice, and the signals around it.
//!
//! The one place of this stage with `unsafe`: in a process with several threads, the child would
//! have only the one that called `fork`, and locks that the others held would stay locked for
//! ever. This program never starts a thread. Nobody outside of this crate can call the function,
//! so nobody can break that promise.
#![allow(unsafe_code)]

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal};
use nix::unistd::{self, ForkResult};

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
    // SAFETY: this process has one thread (see above), so the child may run any code.
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
