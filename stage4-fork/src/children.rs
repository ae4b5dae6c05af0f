//! First reading: the children that live, and those that have ended.
//!
//! A process that has ended stays in the system's table until its parent has asked how it ended:
//! a zombie. It holds no memory, only its pid, and there is an end to those too. So the parent
//! reaps: it asks.

use std::collections::BTreeSet;

use nix::errno::Errno;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::limits::CHILDREN;

/// The children of this process that were forked for a connection.
#[derive(Debug, Default)]
pub struct Children {
    pub(crate) live: BTreeSet<Pid>,
    /// They were told to end, so that their end is no news.
    pub(crate) dismissed: bool,
}

impl Children {
    /// One more.
    pub fn add(&mut self, child: Pid) {
        self.live.insert(child);
    }

    /// How many live, as far as is known.
    pub fn count(&self) -> usize {
        self.live.len()
    }

    /// Whether there may be one more.
    pub fn have_room(&self) -> bool {
        self.count() < CHILDREN
    }

    /// Reaps every child that has ended; never waits for one that has not.
    ///
    /// In a loop, because signals do not queue: ten children that end while the parent is not
    /// looking are announced by one SIGCHLD.
    // ANCHOR: reap
    pub fn reap(&mut self) {
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return, // no more that ended
                ended => self.strike_off(ended),
            }
        }
    }
    // ANCHOR_END: reap
}
