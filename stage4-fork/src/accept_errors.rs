//! Hardening: outliving `accept`'s errors without neglecting the children.

use std::io;

use stage1_echo::accept_errors::{Meaning, PAUSE, meaning};
use stage1_echo::terminal::warn;

use crate::signals::Signals;

/// Returns when it makes sense to call `accept` again, or when a signal came meanwhile: stage 1
/// could sleep through the pause, but here children end.
///
/// # Errors
/// Returns the error if it makes no sense any more.
pub fn outlive(error: io::Error, signals: &Signals) -> io::Result<()> {
    match meaning(&error) {
        Meaning::GoOn => Ok(()),
        Meaning::End => Err(error),
        Meaning::Pause => {
            warn(format_args!("accept: {error}; trying again in a moment"));
            signals.wait(None, Some(PAUSE))
        }
    }
}
