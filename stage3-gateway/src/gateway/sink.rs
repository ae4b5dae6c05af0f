//! Hardening: where the bytes of a response go, and when.

use std::io;

use crate::gateway::error::Error;
use crate::gateway::response::{Outcome, Response};

/// Where the bytes of a response go.
pub trait Sink {
    /// Sends all of the bytes, or fails.
    ///
    /// # Errors
    /// The client has gone, or does not take them in time.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Whether the connection could go on after this response. Asked before the head goes out.
    fn persists(&self) -> bool {
        true
    }
}

/// A response and the place where it goes.
pub struct Sending<'s> {
    /// The response.
    pub response: Response,
    /// What is to be sent next; its memory serves every piece.
    out: Vec<u8>,
    sink: &'s mut dyn Sink,
}

impl<'s> Sending<'s> {
    /// A response that goes to that place.
    pub fn new(response: Response, sink: &'s mut dyn Sink) -> Sending<'s> {
        Sending { response, out: Vec::new(), sink }
    }

    /// Sends a piece of content at once.
    ///
    /// # Errors
    /// See [`Response::piece`]; `Connection` if the client has gone.
    pub fn piece(&mut self, piece: &[u8], known: Option<u64>) -> Result<(), Error> {
        self.announce();
        self.response.piece(piece, known, &mut self.out)?;
        let sent = self.sink.send(&self.out);
        self.out.clear();
        sent.map_err(Error::Connection)
    }

    /// Ends the response, and sends what that takes.
    pub fn end(mut self, result: Result<(), Error>) -> Outcome {
        self.announce();
        let outcome = self.response.end(result, &mut self.out);
        let sent = if self.out.is_empty() { Ok(()) } else { self.sink.send(&self.out) };
        Outcome { persistent: outcome.persistent && sent.is_ok(), ..outcome }
    }

    /// The last moment to say that the connection will not persist.
    fn announce(&mut self) {
        if !self.response.is_sending() && !self.sink.persists() {
            self.response.close();
        }
    }
}
