//! First reading: one request and its response on a connection, as an async application sees them.

use std::time::Instant;

use stage3_gateway::gateway::error::{Error, ExcInfo};
use stage3_gateway::gateway::response::{Outcome, Response};
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::Asked;
use stage3_gateway::input::CONTINUE;
use stage3_gateway::limits::{DISCARD, Patience};
use stage3_gateway::pace::Pace;
use tokio::time::timeout;

use crate::limits::COLLECTED;
use crate::stop::Stop;
use crate::wire::Wire;

/// One request and its response: content comes in, status, fields and content go out.
#[derive(Debug)]
pub struct Exchange<'c> {
    wire: &'c mut Wire,
    /// What was received behind the head, as far as it is not read yet.
    behind: &'c [u8],
    decoder: Decoder,
    reading: Pace,
    writing: Pace,
    expects_continue: bool,
    response: Response,
    is_last: bool,
    stop: &'c mut Stop,
}

impl<'c> Exchange<'c> {
    /// The exchange that a head begins.
    pub fn new(
        wire: &'c mut Wire,
        head: &Head,
        behind: &'c [u8],
        decoder: Decoder,
        patience: &Patience,
        is_last: bool,
        stop: &'c mut Stop,
    ) -> Exchange<'c> {
        Exchange {
            wire,
            behind,
            decoder,
            reading: Pace::new(patience.grace, patience.read_silence),
            writing: Pace::new(patience.grace, patience.write_silence),
            expects_continue: head.expects_continue && behind.is_empty(),
            response: Response::new(Asked::by(head)),
            is_last,
            stop,
        }
    }

    /// The next piece of the request's content; `None` at its end.
    ///
    /// # Errors
    /// `Request` if the content is at fault, `Connection` if the client has gone.
    // ANCHOR: read
    pub async fn read(&mut self) -> Result<Option<Vec<u8>>, Error> {
        while !self.decoder.is_done() {
            let content = self.decode()?;
            if !content.is_empty() {
                return Ok(Some(content));
            }
            if !self.decoder.is_done() {
                self.fill().await?;
            }
        }
        Ok(None)
    }
    // ANCHOR_END: read

    /// Begins a response whose content comes piece by piece. The head goes out with the first.
    ///
    /// # Errors
    /// See [`Response::start`].
    pub fn start(&mut self, status: &str, fields: &[(&str, &[u8])]) -> Result<(), Error> {
        self.restart(status, fields, None)
    }

    /// Begins a response, in place of one that was begun and not sent.
    ///
    /// # Errors
    /// See [`Response::start`].
    pub fn restart(
        &mut self,
        status: &str,
        fields: &[(&str, &[u8])],
        exc_info: Option<ExcInfo>,
    ) -> Result<(), Error> {
        self.response.start(status, fields, exc_info)
    }

    /// Sends a piece of content, and returns when the client's kernel, or ours, has room for more:
    /// a client that does not read stops the application here, and nobody else.
    ///
    /// # Errors
    /// `Rule` before `start`, `Connection` if the client has gone.
    pub async fn send(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.announce();
        self.response.piece(piece, None, &mut self.wire.out)?;
        self.flush().await
    }

    /// Answers with content that is all there. It goes out together with the answers to other
    /// requests that the client has sent ahead.
    ///
    /// # Errors
    /// See [`Response::start`]; `Connection` if the client has gone.
    pub async fn respond(
        &mut self,
        status: &str,
        fields: &[(&str, &[u8])],
        content: &[u8],
    ) -> Result<(), Error> {
        self.response.start(status, fields, None)?;
        self.announce();
        self.response.piece(content, Some(content.len() as u64), &mut self.wire.out)?;
        if self.wire.out.len() < COLLECTED {
            return Ok(());
        }
        self.flush().await
    }

    /// How many bytes of content are still to come; `None` if only the chunks will tell.
    pub fn left(&self) -> Option<u64> {
        self.decoder.left()
    }

    /// Whether the client waits to be asked before it sends the content.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// Appends bytes of a response that was framed elsewhere.
    pub fn forward(&mut self, bytes: &[u8]) {
        self.wire.out.extend_from_slice(bytes);
    }

    /// Sends what has been appended.
    ///
    /// # Errors
    /// `Connection` if the client has gone.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.wire.flush(&mut self.writing).await.map_err(Error::Connection)
    }

    /// Returns once the server is stopping: answers without an end of their own should end then.
    pub async fn stopping(&mut self) {
        self.stop.stopping().await;
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
    fn announce(&mut self) {
        // Reading over so much content would cost more than a new connection does.
        let is_long = self.decoder.left().is_some_and(|left| left > DISCARD);
        if !self.response.is_sending() && (is_long || self.is_last()) {
            self.response.close();
        }
    }

    /// Reads over what the application left of the content, so that the next request does not
    /// start inside of it. Returns whether that is done.
    pub async fn discard(&mut self) -> bool {
        let mut discarded = 0;
        // A client that still waits for 100 Continue may send its content or not: nobody knows.
        while !self.decoder.is_done() && !self.expects_continue && discarded <= DISCARD {
            match self.read().await {
                Ok(piece) => discarded += piece.map_or(0, |piece| piece.len() as u64),
                Err(_) => return false,
            }
        }
        self.decoder.is_done()
    }

    /// How many of the bytes behind the head belong to the next request.
    pub fn behind(&self) -> usize {
        self.behind.len()
    }

    /// Decodes what has been received already, up to the first piece of content.
    fn decode(&mut self) -> Result<Vec<u8>, Fault> {
        loop {
            let bytes = if self.behind.is_empty() { self.wire.unused() } else { self.behind };
            let step = self.decoder.decode(bytes)?;
            let (taken, content) = (step.taken, step.content.to_vec());
            if self.behind.is_empty() {
                self.wire.used += taken;
            } else {
                self.behind = &self.behind[taken..];
            }
            if taken == 0 || !content.is_empty() {
                return Ok(content);
            }
        }
    }

    /// Waits for more content, and asks for it first if the client waits for that.
    async fn fill(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.expects_continue) && !self.response.is_sending() {
            self.wire.out.extend_from_slice(CONTINUE);
        }
        self.flush().await?;
        let asked = Instant::now();
        let patience = self.reading.patience().ok_or(Fault::ContentTooSlow)?;
        let length = match timeout(patience, self.wire.fill()).await {
            Ok(Ok(0)) => Err(Fault::ContentTruncated.into()),
            Ok(Ok(length)) => Ok(length),
            Ok(Err(error)) => Err(Error::Connection(error)),
            Err(_) => Err(Fault::ContentTooSlow.into()),
        };
        self.reading.moved(*length.as_ref().unwrap_or(&0), asked.elapsed());
        length.map(|_| ())
    }
}
