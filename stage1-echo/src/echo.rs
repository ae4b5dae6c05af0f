//! First reading: everything that a client sends goes back to it, byte for byte.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::unistd::{read, write};

/// How much is read at once. Any size works; 4 KiB is a page of memory.
const BUFFER: usize = 4096;

/// Echoes until the client has sent its last byte.
///
/// # Errors
/// The client is gone before it got everything: `ECONNRESET`, `EPIPE`.
// ANCHOR: echo
pub fn echo(connection: &OwnedFd) -> nix::Result<()> {
    let mut buffer = [0; BUFFER];
    loop {
        let received = uninterrupted(|| read(connection, &mut buffer))?;
        if received == 0 {
            return Ok(()); // end of file: the client sends no more
        }
        write_all(connection, &buffer[..received])?;
    }
}
// ANCHOR_END: echo

/// `write` takes as many bytes as there is room for and says how many: go on with the rest.
// ANCHOR: write_all
fn write_all(connection: &OwnedFd, mut bytes: &[u8]) -> nix::Result<()> {
    while !bytes.is_empty() {
        let taken = uninterrupted(|| write(connection, bytes))?;
        bytes = &bytes[taken..];
    }
    Ok(())
}
// ANCHOR_END: write_all

/// Makes the call again if a signal interrupted it (`EINTR`): nothing was lost, nothing was done.
// ANCHOR: uninterrupted
fn uninterrupted<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}
// ANCHOR_END: uninterrupted
