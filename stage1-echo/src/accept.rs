//! First reading: the next connection, taken from the backlog.
//!
//! The one place of this stage with `unsafe`: `nix` hands out the new descriptor as a number, and
//! somebody has to own it, so that it is closed exactly once.
#![allow(unsafe_code)]

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::sys::socket;

/// Waits until a client has connected and returns the connection to it. Dropping it closes it.
///
/// # Errors
/// Whatever `accept` answers; most of its errors are about one client only (see
/// [`crate::accept_errors`]).
// ANCHOR: accept
pub fn accept(listening: &OwnedFd) -> nix::Result<OwnedFd> {
    let connection = socket::accept(listening.as_raw_fd())?;
    // SAFETY: accept returned this descriptor a moment ago, it is open, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(connection) })
}
// ANCHOR_END: accept
