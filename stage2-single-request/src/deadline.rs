//! Hardening: reading and writing that end at a point in time.
//!
//! The kernel knows a timeout for each read and write, not for a sequence of them. So before each
//! one the time that is left becomes its timeout.

use std::io::{self, BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How much is read at once. Most heads are shorter.
const PIECE: usize = 8 * 1024;

/// Reads what has come, at most 8 KiB, and appends it to `received`; waits for it until the
/// deadline. Returns how many bytes came; 0 at the end of the stream.
///
/// # Errors
/// `TimedOut` at the deadline, or what `read` answers.
// ANCHOR: read_before
pub fn read_before(
    deadline: Instant,
    connection: &TcpStream,
    received: &mut Vec<u8>,
) -> io::Result<usize> {
    let mut piece = BufReader::with_capacity(PIECE, connection); // it need not be filled with zeros
    let length = uninterrupted(deadline, |left| {
        connection.set_read_timeout(Some(left))?;
        piece.fill_buf().map(<[u8]>::len)
    })?;
    received.extend_from_slice(piece.buffer());
    Ok(length)
}
// ANCHOR_END: read_before

/// Makes the call with the time that is left, again if a signal interrupts it.
///
/// # Errors
/// `TimedOut` at the deadline, or what the call answers.
// ANCHOR: uninterrupted
pub fn uninterrupted<T>(
    deadline: Instant,
    mut call: impl FnMut(Duration) -> io::Result<T>,
) -> io::Result<T> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into()); // the kernel takes 0 for "no timeout"
        }
        match call(left) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into()); // what SO_RCVTIMEO answers
            }
            result => return result,
        }
    }
}
// ANCHOR_END: uninterrupted
