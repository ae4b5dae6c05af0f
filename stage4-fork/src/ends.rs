//! Hardening: how children ended, and how they are made to.

use std::fmt::Arguments;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;
use stage1_echo::terminal::warn;

use crate::children::Children;

impl Children {
    /// Takes what `waitpid` answered off the list, and reports a child that ended badly.
    pub(crate) fn strike_off(&mut self, ended: nix::Result<WaitStatus>) {
        match ended {
            Ok(WaitStatus::Exited(child, 0)) => _ = self.live.remove(&child),
            Ok(WaitStatus::Exited(child, code)) => {
                self.report(child, format_args!("ended with exit code {code}"));
            }
            Ok(WaitStatus::Signaled(child, signal, _)) => {
                self.report(child, format_args!("was ended by {signal}"));
            }
            // `nix` has no names for real-time signals, and answers with an error when one of them
            // ended a child. Reaped it is; which one it was has lost its pid.
            Err(Errno::EINVAL) => {
                let is_gone = |child: &Pid| kill(*child, None).is_err();
                for child in self.live.iter().copied().filter(is_gone).collect::<Vec<_>>() {
                    self.report(child, format_args!("was ended by a real-time signal"));
                }
            }
            _ => {} // it has not ended
        }
    }

    /// A process that is not on the list is none of ours: whoever started it in this process has
    /// to expect that the server has reaped it.
    fn report(&mut self, child: Pid, how: Arguments) {
        if self.live.remove(&child) && !self.dismissed {
            warn(format_args!("child {child} {how}"));
        }
    }

    /// Sends a signal to all of them. From now on their end is no news.
    pub fn dismiss(&mut self, signal: Signal) {
        self.dismissed = true;
        for child in &self.live {
            // It may have ended meanwhile; until it is reaped, its pid is nobody else's.
            let _ = kill(*child, signal);
        }
    }
}
