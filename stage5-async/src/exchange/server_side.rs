//! Hardening: the server's side of an exchange: how it ends, and how a response passes through that
//! was framed elsewhere.

use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::limits::DISCARD;

use crate::exchange::Exchange;
use crate::limits::COLLECTED;
use crate::stop::Stop;

impl Exchange<'_> {
    /// Appends bytes of a response that was framed elsewhere. They go out with the next flush, or
    /// at once if many have come together.
    ///
    /// # Errors
    /// `Connection` if the client has gone.
    pub async fn forward(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.is_forwarding = true;
        self.wire.out.extend_from_slice(bytes);
        self.flush_if_large().await
    }

    /// Whether any of the response is on its way.
    pub fn has_begun(&self) -> bool {
        self.is_forwarding || self.response.is_sending()
    }

    /// Ends the response. What is still in `out` goes out when the connection would wait.
    pub fn end(&mut self, result: Result<(), Error>) -> Outcome {
        self.announce();
        self.response.end(result, &mut self.wire.out)
    }

    /// Whether this is the last exchange that its connection may have.
    pub fn is_last(&self) -> bool {
        self.is_last || self.stop.is_stopping()
    }

    /// What tells when the server is stopping.
    pub fn stop(&self) -> &Stop {
        self.stop
    }

    /// The last moment to say that the connection will not persist.
    pub(super) fn announce(&mut self) {
        // Reading over so much content would cost more than a new connection does; and a client
        // that still waits to be asked for its content may send it or not: nobody knows.
        let is_long = self.incoming.left().is_some_and(|left| left > DISCARD);
        let is_unclear = is_long || self.incoming.expects_continue();
        if !self.response.is_sending() && (is_unclear || self.is_last()) {
            self.response.close();
        }
    }

    pub(super) async fn flush_if_large(&mut self) -> Result<(), Error> {
        if self.wire.out.len() < COLLECTED { Ok(()) } else { self.flush().await }
    }

    /// Reads over the rest of the content. Returns whether the connection can go on.
    pub async fn discard(&mut self) -> bool {
        self.incoming.discard(self.wire).await
    }
}
