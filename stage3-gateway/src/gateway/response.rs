//! First reading: the state of one response: what `start_response`, `write` and the body share.

use std::mem;

use crate::gateway::error::{Error, ExcInfo};
use crate::gateway::mend::complain;
use crate::http::encoder::Encoder;
use crate::http::response::{Asked, Head};

/// What became of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The status that the client was sent; 0 if the client had gone before.
    pub status: u16,
    /// How many bytes of content it was sent.
    pub sent: u64,
    /// Whether the response is whole, and the connection good for another.
    pub persistent: bool,
}

/// One response on its way. It touches no connection: what is to be sent is appended to `out`. From outside
/// it takes only the time, for `Date`; and what an application did wrong, it says on standard error.
#[derive(Debug)]
pub struct Response {
    pub(super) asked: Asked,
    pub(super) state: State,
    status: u16,
    sent: u64,
}

/// How far a response has come.
#[derive(Debug)]
pub(super) enum State {
    /// `start_response` has not been called.
    Nothing,
    /// It has, but nothing was sent: an error can still replace it.
    Started(Head),
    /// The head is out.
    Sending(Encoder),
}

impl Response {
    /// A response of which nothing is known yet.
    pub fn new(asked: Asked) -> Response {
        Response { asked, state: State::Nothing, status: 0, sent: 0 }
    }

    /// What `start_response` does: keeps status and fields until the first piece goes out.
    ///
    /// # Errors
    /// `Rule` if it is called again without `exc_info`; the error in `exc_info` itself if it is
    /// too late to replace anything; `Malformed`.
    // ANCHOR: start
    pub fn start(
        &mut self,
        status: &str,
        fields: &[(&str, &[u8])],
        exc_info: Option<ExcInfo>,
    ) -> Result<(), Error> {
        match (&self.state, exc_info) {
            (State::Sending(_), Some(error)) => return Err(Error::Application(error)),
            (State::Started(_) | State::Sending(_), None) => {
                return Err(Error::Rule("start_response was called again without exc_info"));
            }
            (State::Nothing, _) | (State::Started(_), Some(_)) => {}
        }
        self.state = State::Started(Head::new(status, fields)?);
        Ok(())
    }
    // ANCHOR_END: start

    /// Whether `start_response` has been called.
    pub fn is_started(&self) -> bool {
        !matches!(self.state, State::Nothing)
    }

    /// Whether the head is out, and it is too late for another.
    pub fn is_sending(&self) -> bool {
        matches!(self.state, State::Sending(_))
    }

    /// Whether the client is to get more content than it got.
    pub fn wants_content(&self) -> bool {
        if let State::Sending(encoder) = &self.state { encoder.wants_content() } else { true }
    }

    /// Makes this the last response of its connection; its head says so, if it is not out yet.
    pub fn close(&mut self) {
        self.asked.persistent = false;
    }

    /// A piece of content, with the head before it if it is the first. `known` is the length of
    /// the whole content, if this piece is all there is.
    ///
    /// # Errors
    /// `Rule` if `start_response` has not been called.
    // ANCHOR: piece
    pub fn piece(
        &mut self,
        piece: &[u8],
        known: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let taken = self.encoder(known, out)?.piece(piece, out);
        self.sent += taken as u64;
        Ok(())
    }
    // ANCHOR_END: piece

    /// Ends the response as it should end, or as well as it can after an error.
    // ANCHOR: end
    pub fn end(&mut self, result: Result<(), Error>, out: &mut Vec<u8>) -> Outcome {
        let persistent = match result.and_then(|()| self.finish(out)) {
            Ok(persistent) => persistent && self.asked.persistent,
            Err(error) => self.fail(&error, out),
        };
        Outcome { status: self.status, sent: self.sent, persistent }
    }
    // ANCHOR_END: end

    /// What frames the content. Its head goes out first, if it is not out yet.
    // ANCHOR: encoder
    fn encoder(&mut self, known: Option<u64>, out: &mut Vec<u8>) -> Result<&mut Encoder, Error> {
        if let State::Started(_) = self.state
            && let State::Started(head) = mem::replace(&mut self.state, State::Nothing)
        {
            self.status = head.status;
            self.state = State::Sending(head.send(self.asked, known, out));
        }
        match &mut self.state {
            State::Sending(encoder) => Ok(encoder),
            _ => Err(Error::Rule("start_response was not called before the first piece")),
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        let encoder = self.encoder(Some(0), out)?;
        if encoder.missing() > 0 {
            complain(&Error::Rule("the body is shorter than its Content-Length"));
        }
        Ok(encoder.finish(out))
    }
    // ANCHOR_END: encoder
}
