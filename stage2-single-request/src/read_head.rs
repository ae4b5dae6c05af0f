//! First reading: reads from a connection until the head is whole.

use std::io;
use std::net::TcpStream;
use std::ops::Range;
use std::time::Instant;

use crate::deadline::read_before;
use crate::fault::Fault;
use crate::head_end::HeadEnd;
use crate::limits::HeadPatience;

/// Reads into `received` until a head is whole and returns where in it the head is. What the
/// client sent beyond the head stays in `received`, behind it.
///
/// `None` if the client left, or said nothing at all: there is nobody to answer.
///
/// # Errors
/// What is wrong with the head, as soon as it shows.
// ANCHOR: read_head
pub fn read_head(
    connection: &TcpStream,
    received: &mut Vec<u8>,
    patience: HeadPatience,
) -> Result<Option<Range<usize>>, Fault> {
    let opened = Instant::now();
    let mut head_end = HeadEnd::default();
    loop {
        let wait = if received.is_empty() { patience.first_byte } else { patience.whole };
        match read_before(opened + wait, connection, received) {
            Ok(0) if received.is_empty() => return Ok(None),
            Ok(0) => return Err(Fault::Truncated),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::TimedOut && !received.is_empty() => {
                return Err(Fault::TooSlow);
            }
            Err(_) => return Ok(None),
        }
        if let Some(head) = head_end.find(received)? {
            return Ok(Some(head));
        }
    }
}
// ANCHOR_END: read_head
