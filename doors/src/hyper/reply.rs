//! One response on its way from the application's thread to hyper: the head once, then frames through
//! a channel with room for two. An application that is faster than its client waits there.

use std::io::{self, ErrorKind};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Response;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use stage3_gateway::gateway::error::{Error, ExcInfo};
use stage3_gateway::gateway::mend::complain;
use stage3_gateway::http::response::Head;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// How many pieces may wait for hyper.
const WAITING: usize = 2;

/// What the application has said so far.
enum State {
    Nothing,
    Started(Response<Streamed>),
    Sending,
}

/// The application's side of a response.
pub struct Reply {
    state: State,
    head: Option<oneshot::Sender<Response<Streamed>>>,
    pieces: Sender<io::Result<Bytes>>,
    body: Option<Streamed>,
    /// The next piece is the whole content.
    pub is_whole: bool,
}

impl Reply {
    /// A response of which nothing is known, and where its head will come.
    pub fn new() -> (Reply, oneshot::Receiver<Response<Streamed>>) {
        let (head, response) = oneshot::channel();
        let (pieces, taken) = channel(WAITING);
        let body = Some(Streamed(Some(taken)));
        (Reply { state: State::Nothing, head: Some(head), pieces, body, is_whole: false }, response)
    }

    /// `start_response`, with its rules.
    // ANCHOR: start
    pub fn start(
        &mut self,
        status: &str,
        fields: &[(&str, &[u8])],
        exc_info: Option<ExcInfo>,
    ) -> Result<(), Error> {
        match (&mut self.state, exc_info) {
            (State::Sending, Some(error)) => return Err(Error::Application(error)),
            (State::Started(_) | State::Sending, None) => {
                return Err(Error::Rule("start_response was called again without exc_info"));
            }
            (State::Started(old), Some(_)) => self.body = Some(mem::take(old.body_mut())),
            (State::Nothing, _) => {}
        }
        let code = Head::new(status, fields)?.status; // what must not be sent is found there
        let mut response = Response::builder().status(code);
        for (name, value) in fields {
            response = response.header(*name, *value);
        }
        let body = self.body.take().unwrap_or_default();
        let response = response.body(body).map_err(|error| Error::Application(error.into()))?;
        self.state = State::Started(response);
        Ok(())
    }
    // ANCHOR_END: start

    /// Sends a piece, and the head before the first.
    pub fn piece(&mut self, piece: &[u8]) -> Result<(), Error> {
        if piece.is_empty() {
            return Ok(());
        }
        let whole = mem::take(&mut self.is_whole).then_some(piece.len());
        self.send_head(whole)?;
        let sent = self.pieces.blocking_send(Ok(Bytes::copy_from_slice(piece)));
        sent.map_err(|_| Error::Connection(ErrorKind::BrokenPipe.into()))
    }

    fn send_head(&mut self, whole: Option<usize>) -> Result<(), Error> {
        match mem::replace(&mut self.state, State::Sending) {
            State::Nothing => {
                self.state = State::Nothing;
                Err(Error::Rule("the application did not call start_response"))
            }
            State::Sending => Ok(()),
            State::Started(mut response) => {
                if let Some(length) = whole {
                    response.headers_mut().entry(CONTENT_LENGTH).or_insert(length.into());
                }
                let sent = self.head.take().map(|head| head.send(response));
                sent.transpose()
                    .map(drop)
                    .map_err(|_| Error::Connection(ErrorKind::BrokenPipe.into()))
            }
        }
    }

    /// Ends the response as it should end, or as well as it can: an error behind the head makes hyper
    /// end the connection, so that nobody takes a part for the whole.
    // ANCHOR: end
    pub fn end(mut self, result: Result<(), Error>) {
        let Err(error) = result.and_then(|()| self.send_head(None)) else { return };
        let (status, what) = match &error {
            Error::Connection(_) => return,
            Error::Request(fault) => (fault.status(), fault.to_string()),
            _ => (500, "the application failed".to_string()),
        };
        if status == 500 {
            complain(&error);
        }
        match self.head.take() {
            Some(head) => drop(head.send(failure(status, &what))),
            None => drop(self.pieces.blocking_send(Err(io::Error::other(error)))),
        }
    }
    // ANCHOR_END: end
}

/// A page that says what is wrong.
pub fn failure(status: u16, what: &str) -> Response<Streamed> {
    let (pieces, taken) = channel(1);
    let _ = pieces.try_send(Ok(Bytes::from(format!("{status}: {what}\n")))); // it has room
    let mut response = Response::new(Streamed(Some(taken)));
    *response.status_mut() = status.try_into().unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// hyper's side of the body.
#[derive(Default)]
pub struct Streamed(Option<Receiver<io::Result<Bytes>>>);

impl Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(pieces) = &mut self.0 else { return Poll::Ready(None) };
        pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
