//! Hardening: stopping without dropping what was begun.
//!
//! The kernel has told the clients in the queue that they are connected. So the first signal
//! means: accept those, close the listening socket, let the children finish, for so long. Whoever
//! has no patience sends a second one.

use std::io;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use stage1_echo::terminal::warn;

use crate::children::Children;
use crate::limits::{BACKLOG, LAST_WORDS};
use crate::signals::Signals;

/// Whether the server is stopping, and how far it has come.
#[derive(Debug)]
pub struct Stop {
    patience: Duration,
    /// Set by the first signal.
    deadline: Option<Instant>,
    /// Set by the second one.
    at_once: bool,
    /// How many may still come out of the queue: it held no more when the signal came, and without
    /// a bound a busy server would never find it empty.
    queued: i32,
}

impl Stop {
    /// Not begun. Once it is, running answers have so long to finish.
    pub fn new(patience: Duration) -> Stop {
        Stop { patience, deadline: None, at_once: false, queued: BACKLOG }
    }

    /// Notes whether a signal has asked to stop.
    pub fn note(&mut self, asked: bool) {
        if asked && self.is_begun() {
            self.at_once = true;
        } else if asked {
            self.deadline = Some(Instant::now() + self.patience);
        }
    }

    /// Whether it has begun: then only who is in the queue is still served.
    pub fn is_begun(&self) -> bool {
        self.deadline.is_some()
    }

    /// Whether not even they are.
    pub fn is_due(&self) -> bool {
        self.is_over() || self.queued == 0
    }

    /// Counts one that has come out of the queue.
    pub fn counted<T>(&mut self, accepted: T) -> T {
        self.queued -= i32::from(self.is_begun());
        accepted
    }

    /// How long to wait at most for somebody who is being served; `None` if it has not begun.
    pub fn time_left(&self) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(Instant::now()))
    }

    /// Waits for the children, ends those that take too long, and reaps them all.
    ///
    /// # Errors
    /// A second signal had them ended at once.
    pub fn finish(mut self, children: &mut Children, signals: &Signals) -> io::Result<()> {
        if children.count() > 0 {
            warn(format_args!("stopping: finishing {}", connections(children.count())));
        }
        while children.count() > 0 && !self.is_over() {
            signals.wait(None, self.time_left());
            self.note(signals.asked_to_stop());
            children.reap();
        }
        let left = connections(children.count());
        if children.count() > 0 {
            warn(format_args!("stopping: ending {left} that did not finish"));
            end(children, signals);
        }
        if self.at_once {
            return Err(io::Error::other(format!(
                "ended at once by a second signal, which cut {left}"
            )));
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.at_once || self.time_left().is_some_and(|left| left.is_zero())
    }
}

/// Asks the children to exit; a moment later, no child is asked any more. One that not even SIGKILL
/// ends (the kernel waits for a disk in its name, say) is left to the process that adopts it.
fn end(children: &mut Children, signals: &Signals) {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        children.dismiss(signal);
        let deadline = Instant::now() + LAST_WORDS;
        while children.count() > 0 && Instant::now() < deadline {
            signals.wait(None, Some(deadline.saturating_duration_since(Instant::now())));
            children.reap();
        }
    }
    if children.count() > 0 {
        warn(format_args!("stopping: {} can't be ended", connections(children.count())));
    }
}

fn connections(count: usize) -> String {
    format!("{count} connection{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn nothing_begins_before_a_signal() {
        let mut stop = Stop::new(LONG);
        stop.note(false);
        (0..2 * BACKLOG).for_each(|_| stop.counted(()));
        assert!(!stop.is_begun() && !stop.is_due());
        assert_eq!(stop.time_left(), None);
    }

    #[test]
    fn no_more_than_a_backlog_comes_out_of_the_queue() {
        let mut stop = Stop::new(LONG);
        stop.note(true);
        (1..BACKLOG).for_each(|_| stop.counted(()));
        assert!(stop.is_begun() && !stop.is_due());
        stop.counted(());
        assert!(stop.is_due());
        assert!(!stop.is_over(), "those that came out are waited for");
    }

    #[test]
    fn a_second_signal_and_the_deadline_end_it() {
        let mut stop = Stop::new(LONG);
        stop.note(true);
        stop.note(false);
        assert!(!stop.is_over());
        stop.note(true);
        assert!(stop.is_over() && stop.is_due());
        let mut stop = Stop::new(Duration::ZERO);
        stop.note(true);
        assert!(stop.is_over());
    }
}
