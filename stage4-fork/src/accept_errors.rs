//! Hardening: what to do when `accept` fails, without neglecting the children.

use std::io;
use std::time::Duration;

use stage1_echo::accept_errors::{AcceptRetry, Next};

use crate::signals::Signals;

/// Returns when it makes sense to call `accept` again, or when a signal has come: stage 1 sleeps
/// through its pauses, but here children exit, and a signal may ask to stop. `most` is how long a
/// server that stops may wait.
///
/// # Errors
/// Returns the error if it makes no sense any more.
pub fn recover(
    retry: &mut AcceptRetry,
    error: io::Error,
    signals: &Signals,
    most: Option<Duration>,
) -> io::Result<()> {
    match retry.after(&error) {
        Next::Accept | Next::WaitForClient => {}
        Next::Pause(pause) => {
            pause.report("accept", &error);
            signals.wait(None, Some(most.map_or(pause.time, |most| most.min(pause.time))));
        }
        Next::Stop => return Err(error),
    }
    Ok(())
}
