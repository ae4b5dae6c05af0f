//! Hardening: the content of a request, as it arrives on a connection.

use std::time::{Duration, Instant};

use stage3_gateway::gateway::error::Error;
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::head::Head;
use stage3_gateway::input::CONTINUE;
use stage3_gateway::limits::{DISCARD, Patience};
use stage3_gateway::pace::Pace;
use tokio::time::timeout;

use crate::wire::Wire;

/// What is still to come of one request.
#[derive(Debug)]
pub struct Incoming<'c> {
    /// What was received with the head, as far as it is not read yet. The rest is in the wire.
    behind: &'c [u8],
    decoder: Decoder,
    pace: Pace,
    /// The client waits for `100 Continue`.
    expects_continue: bool,
}

impl<'c> Incoming<'c> {
    /// The content behind a head, of which `behind` has come already.
    pub fn new(
        head: &Head,
        behind: &'c [u8],
        decoder: Decoder,
        patience: &Patience,
    ) -> Incoming<'c> {
        let expects_continue = head.expects_continue && behind.is_empty();
        Incoming { behind, decoder, pace: patience.for_reading(), expects_continue }
    }

    /// How many bytes of content are still to come; `None` if only the chunks will tell.
    pub fn left(&self) -> Option<u64> {
        self.decoder.left()
    }

    /// Whether the client waits to be asked before it sends the content.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// How many of the bytes behind the head have not been used: they belong to the next request.
    pub fn behind(&self) -> usize {
        self.behind.len()
    }

    /// The next piece of content; `None` at its end. `may_ask` says that it is not too late to
    /// ask for content with `100 Continue`.
    ///
    /// # Errors
    /// `Request` if the content is at fault, `Connection` if the client has gone.
    pub async fn read(&mut self, wire: &mut Wire, may_ask: bool) -> Result<Option<Vec<u8>>, Error> {
        while !self.decoder.is_done() {
            let content = self.decode(wire)?;
            if !content.is_empty() {
                return Ok(Some(content));
            }
            if !self.decoder.is_done() {
                self.fill(wire, may_ask).await?;
            }
        }
        Ok(None)
    }

    /// Reads over what nobody read, so that the next request does not start inside of it. Returns
    /// whether that is done.
    pub async fn discard(&mut self, wire: &mut Wire) -> bool {
        let mut discarded = 0;
        // A client that still waits for 100 Continue may send its content or not: nobody knows.
        while !self.decoder.is_done() && !self.expects_continue && discarded <= DISCARD {
            match self.read(wire, false).await {
                Ok(piece) => discarded += piece.map_or(0, |piece| piece.len() as u64),
                Err(_) => return false,
            }
        }
        self.decoder.is_done()
    }

    /// Decodes what has been received already, up to the first piece of content.
    fn decode(&mut self, wire: &mut Wire) -> Result<Vec<u8>, Fault> {
        loop {
            let bytes = if self.behind.is_empty() { wire.unused() } else { self.behind };
            let step = self.decoder.decode(bytes)?;
            let (taken, content) = (step.taken, step.content.to_vec());
            self.pace.moved(content.len(), Duration::ZERO);
            if self.behind.is_empty() {
                wire.used += taken;
            } else {
                self.behind = &self.behind[taken..];
            }
            if taken == 0 || !content.is_empty() {
                return Ok(content);
            }
        }
    }

    /// Waits for more content, and asks for it first if the client waits for that.
    async fn fill(&mut self, wire: &mut Wire, may_ask: bool) -> Result<(), Error> {
        if self.expects_continue && may_ask {
            wire.out.extend_from_slice(CONTINUE);
        }
        self.expects_continue = false;
        wire.flush().await.map_err(Error::Connection)?;
        let asked = Instant::now();
        let patience = self.pace.patience().ok_or(Fault::ContentTooSlow)?;
        let length = match timeout(patience, wire.fill()).await {
            Ok(Ok(0)) => Err(Fault::ContentTruncated.into()),
            Ok(Ok(length)) => Ok(length),
            Ok(Err(error)) => Err(Error::Connection(error)),
            Err(_) => Err(Fault::ContentTooSlow.into()),
        };
        self.pace.moved(0, asked.elapsed()); // what of it is content, only the decoder knows
        length.map(|_| ())
    }
}
