//! Hardening: the response, written to the connection while the client keeps taking it.

use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use stage2_single_request::deadline::uninterrupted;

use crate::connection::Service;
use crate::gateway::sink::Sink;
use crate::log::Log;
use crate::pace::Pace;

/// A connection as the place where a response goes.
pub struct ConnectionOutput<'c> {
    connection: &'c TcpStream,
    pace: Pace,
    begun: &'c AtomicBool,
    log: Log,
}

impl<'c> ConnectionOutput<'c> {
    /// A response that sets `begun` once its first byte is on its way.
    pub fn new(
        connection: &'c TcpStream,
        service: &Service,
        begun: &'c AtomicBool,
    ) -> ConnectionOutput<'c> {
        let pace = service.patience.for_writing();
        ConnectionOutput { connection, pace, begun, log: service.log }
    }
}

impl Sink for ConnectionOutput<'_> {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.begun.swap(true, Ordering::Relaxed) {
            self.log.sent(head_of(bytes));
        }
        send_before(&mut self.pace, self.connection, bytes)
    }

    fn persists(&self) -> bool {
        false // one connection, one request: stage 5 goes on
    }
}

/// A response goes out with its whole head in the first piece.
fn head_of(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    end.map_or(bytes, |end| &bytes[..end])
}

/// Sends all of the bytes, as long as the client keeps the pace.
///
/// # Errors
/// `TimedOut` if it does not, or what `write` answers.
pub fn send_before(
    pace: &mut Pace,
    mut connection: &TcpStream,
    mut bytes: &[u8],
) -> io::Result<()> {
    while !bytes.is_empty() {
        let asked = Instant::now();
        let deadline = asked + pace.patience().ok_or(ErrorKind::TimedOut)?;
        let taken = uninterrupted(deadline, |left| {
            connection.set_write_timeout(Some(left))?;
            connection.write(bytes)
        })?;
        pace.moved(taken, asked.elapsed());
        bytes = &bytes[taken..];
    }
    Ok(())
}
