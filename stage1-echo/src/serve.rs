//! First reading: one connection after the other, forever.

use std::io;
use std::os::fd::OwnedFd;

use crate::accept::accept;
use crate::accept_errors::{AcceptRetry, recover};
use crate::echo::echo;
use crate::terminal::warn;

/// Serves one client at a time; the next one waits in the backlog until the last one has left.
///
/// # Errors
/// Returns only when the listening socket itself is of no more use.
// ANCHOR: serve
pub fn serve(listening: &OwnedFd) -> io::Result<()> {
    let mut retry = AcceptRetry::default();
    loop {
        match accept(listening) {
            Ok(connection) => {
                retry.reset();
                if let Err(error) = echo(&connection) {
                    warn(format_args!("this client left early: {error}"));
                }
            } // the connection is dropped here, and with it closed
            Err(error) => recover(&mut retry, error.into(), listening)?,
        }
    }
}
// ANCHOR_END: serve
