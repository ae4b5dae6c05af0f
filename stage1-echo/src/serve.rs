//! First reading: one connection after the other, for ever.

use std::io;
use std::os::fd::OwnedFd;

use crate::accept::accept;
use crate::accept_errors::outlive;
use crate::echo::echo;
use crate::terminal::warn;

/// Serves one client at a time; the next one waits in the backlog until the last one has left.
///
/// # Errors
/// Returns only when the listening socket itself is of no more use.
// ANCHOR: serve
pub fn serve(listening: &OwnedFd) -> io::Result<()> {
    loop {
        match accept(listening) {
            Ok(connection) => {
                if let Err(error) = echo(&connection) {
                    warn(format_args!("this client left early: {error}"));
                }
            } // the connection is dropped here, and with it closed
            Err(error) => outlive(error.into())?,
        }
    }
}
// ANCHOR_END: serve
