//! First reading: the next connection, taken from the backlog.
//!
//! The only `unsafe` on this path: `nix` hands out the new descriptor as a number, and somebody has
//! to own it, so that it is closed exactly once.
#![allow(unsafe_code)]

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket;

/// Waits until a client has connected and returns the connection to it. Dropping it closes it.
///
/// # Errors
/// Whatever `accept` answers; most of its errors are about one client only (see
/// [`crate::accept_errors`]). `EAGAIN` if the listening socket does not block, and no client is
/// there.
// ANCHOR: accept
pub fn accept(listening: &OwnedFd) -> nix::Result<OwnedFd> {
    let connection = socket::accept(listening.as_raw_fd())?;
    // SAFETY: accept returned this descriptor a moment ago, it is open, and nobody else knows it.
    let connection = unsafe { OwnedFd::from_raw_fd(connection) };
    make_blocking(&connection)?;
    Ok(connection)
}
// ANCHOR_END: accept

/// Sees to it that `read` and `write` wait on a new connection. On Linux they do in any case. On
/// macOS and the BSDs a connection gets this from the listening socket, which may have been handed
/// over by a server that switched it off.
///
/// # Errors
/// Whatever `fcntl` answers.
pub fn make_blocking(connection: &impl AsFd) -> nix::Result<()> {
    if cfg!(target_os = "linux") {
        return Ok(());
    }
    fcntl(connection, FcntlArg::F_SETFL(OFlag::empty())).map(drop)
}
