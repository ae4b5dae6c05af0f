//! First reading: the state of one response: what `start_response`, `write` and the body share.

use std::io;
use std::mem;

use stage1_echo::terminal::warn;
use stage2_single_request::response::Response as Page;

use crate::gateway::error::{Error, ExcInfo};
use crate::http::response::{Asked, Encoder, Head};

/// Where the bytes of a response go.
pub trait Sink {
    /// Sends all of the bytes, or fails.
    ///
    /// # Errors
    /// The client has gone, or does not take them in time.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Is told of the head before it is sent: for logs.
    fn head(&mut self, _head: &[u8]) {}
}

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

/// One response on its way.
pub struct Response<'s> {
    asked: Asked,
    sink: &'s mut dyn Sink,
    state: State,
    status: u16,
    sent: u64,
    /// What is to be sent next; its memory serves every piece.
    out: Vec<u8>,
}

/// How far a response has come.
enum State {
    /// `start_response` has not been called.
    Nothing,
    /// It has, but nothing was sent: an error can still replace it.
    Started(Head),
    /// The head is out.
    Sending(Encoder),
}

impl<'s> Response<'s> {
    /// A response of which nothing is known yet.
    pub fn new(asked: Asked, sink: &'s mut dyn Sink) -> Response<'s> {
        Response { asked, sink, state: State::Nothing, status: 0, sent: 0, out: Vec::new() }
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

    /// Whether the client is to get more content than it got.
    pub fn wants_content(&self) -> bool {
        if let State::Sending(encoder) = &self.state { encoder.wants_content() } else { true }
    }

    /// Sends a piece of content, and the head before it if it is the first. `known` is the length
    /// of the whole content, if this piece is all there is.
    ///
    /// # Errors
    /// `Rule` if `start_response` has not been called, `Connection`.
    // ANCHOR: piece
    pub fn piece(&mut self, piece: &[u8], known: Option<u64>) -> Result<(), Error> {
        let (encoder, out) = self.encoder(known)?;
        self.sent += encoder.piece(piece, out) as u64;
        self.flush()
    }
    // ANCHOR_END: piece

    /// Ends the response as it should end, or as well as it can after an error.
    pub fn end(mut self, result: Result<(), Error>) -> Outcome {
        let persistent = match result.and_then(|()| self.finish()) {
            Ok(persistent) => persistent,
            Err(error) => self.fail(&error),
        };
        Outcome { status: self.status, sent: self.sent, persistent }
    }

    /// What frames the content; with the head in front of it in `out`, if that is not out yet.
    fn encoder(&mut self, known: Option<u64>) -> Result<(&mut Encoder, &mut Vec<u8>), Error> {
        if let State::Started(_) = self.state
            && let State::Started(head) = mem::replace(&mut self.state, State::Nothing)
        {
            self.status = head.status;
            self.state = State::Sending(head.send(self.asked, known, &mut self.out));
            self.sink.head(&self.out);
        }
        match &mut self.state {
            State::Sending(encoder) => Ok((encoder, &mut self.out)),
            _ => Err(Error::Rule("start_response was not called before the first piece")),
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let sent = if self.out.is_empty() { Ok(()) } else { self.sink.send(&self.out) };
        self.out.clear();
        sent.map_err(Error::Connection)
    }

    fn finish(&mut self) -> Result<bool, Error> {
        let (encoder, out) = self.encoder(Some(0))?;
        let persistent = encoder.finish(out);
        if encoder.missing() > 0 {
            complain(&Error::Rule("the body is shorter than its Content-Length"));
        }
        self.flush()?;
        Ok(persistent)
    }

    /// Answers with an error if nothing was sent yet. If something was, only the early end of the
    /// connection can tell the client that the rest is missing.
    fn fail(&mut self, error: &Error) -> bool {
        let page = match error {
            Error::Connection(_) => return false,
            Error::Request(fault) => {
                self.asked.persistent = false; // nobody knows where the next request starts
                Page::plain(fault.status(), fault)
            }
            _ => {
                complain(error);
                Page::plain(500, "the application failed")
            }
        };
        if matches!(self.state, State::Sending(_)) {
            return false;
        }
        self.state = State::Nothing;
        self.send_page(&page).unwrap_or(false)
    }

    fn send_page(&mut self, page: &Page) -> Result<bool, Error> {
        self.start(&page.status_text(), &[("Content-Type", page.content_type.as_bytes())], None)?;
        self.piece(&page.content, Some(page.content.len() as u64))?;
        self.finish()
    }
}

/// Tells whoever runs the server what the client is not told.
pub fn complain(error: &Error) {
    warn(format_args!("the application failed: {error}"));
}
