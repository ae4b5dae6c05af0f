//! Hardening: closing a connection so that the answer arrives.
//!
//! If unread bytes wait in our socket when it is closed, the kernel sends a reset, and a client
//! that meets a reset may never read our answer. So: say that we send no more, read on until the
//! client has closed too, and only then close (RFC 9112 s9.6).

use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use crate::deadline::read_before;
use crate::limits::LINGER;

/// Ends a connection on which the client may still be sending.
///
/// Bounded by time and not by bytes: a client that is in the middle of a large upload reads the
/// answer only when it has sent all of it.
// ANCHOR: close
pub fn close_gently(connection: &TcpStream) {
    let deadline = Instant::now() + LINGER;
    let mut unread = Vec::new();
    if connection.shutdown(Shutdown::Write).is_ok() {
        while read_before(deadline, connection, &mut unread).is_ok_and(|length| length > 0) {
            unread.clear();
        }
    }
}
// ANCHOR_END: close
