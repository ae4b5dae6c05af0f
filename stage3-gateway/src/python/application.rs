//! An application in Python, which to every server is one more `Application`: it hands the request to
//! a worker, and what the worker says becomes the response.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use stage1_echo::contract::Failure;
use stage2_single_request::limits::seconds_from_env;
use stage2_single_request::syntax::digits;

use crate::gateway::application::{Answer, Application, StartResponse};
use crate::gateway::environ::{Environ, Input};
use crate::gateway::error::Error;
use crate::python::pool::{Lease, Pool, Silence};
use crate::python::process::Master;
use crate::python::protocol::{Expected, Frame, pack, push};

/// How long a worker may take until it says something; as long as gunicorn's.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most of a request's body that is handed over at once.
const PIECE: usize = 64 * 1024;
/// How long to wait for a worker to say that it is free, once the response is complete. It says so
/// with the last piece, unless the application has a `close()` that takes its time: then its
/// connection is closed, and the worker takes a new one when it is free.
const MOMENT: Duration = Duration::from_millis(5);

/// An application that Python runs.
#[derive(Debug)]
pub struct Python {
    pool: Arc<Pool>,
}

impl Python {
    /// Starts so many workers for the application `MODULE:CALLABLE`. `PYTHON_TIMEOUT` (in seconds)
    /// replaces the time that a worker has for what it says next.
    ///
    /// # Errors
    /// See [`Master::start`]; `Usage` if `PYTHON_TIMEOUT` is not a time.
    pub fn start(application: &str, workers: usize) -> Result<Python, Failure> {
        let patience = seconds_from_env("PYTHON_TIMEOUT")?.unwrap_or(PATIENCE);
        let master = Master::start(application, workers)?;
        Ok(Python { pool: Arc::new(Pool::new(master, workers, patience)) })
    }
}

impl Application for Python {
    // ANCHOR: call
    fn call<'r>(
        &self,
        environ: &mut Environ<'r>,
        start_response: &mut StartResponse<'_>,
    ) -> Answer<'r> {
        // A process for one connection (stage 4) has no other request that could use it again.
        let lease = self.pool.lease(!environ.multiprocess())?;
        let request = request(environ, self.pool.count);
        let mut conversation = Conversation::begin(lease, &request, environ.take_input())?;
        let Some(Frame::Head(head)) = conversation.next_frame()? else {
            return Err(Silence::Garbled.into());
        };
        conversation.start(&head, start_response)?;
        Ok(Box::new(conversation))
    }
    // ANCHOR_END: call
}

/// The environ, on its way to Python: names and values in turn. What is not a string there, the
/// worker adds itself, except for what only a server knows.
// ANCHOR: request
fn request(environ: &Environ, workers: usize) -> Vec<u8> {
    let mut variables = environ.variables();
    if workers > 1 && (environ.multithread() || environ.multiprocess()) {
        variables.insert("wsgi.multiprocess".to_string(), b"yes".into());
    }
    let strings = variables.iter().flat_map(|(name, value)| [name.as_bytes(), value]);
    let mut frame = Vec::new();
    push(b'Q', &pack(strings), &mut frame);
    frame
}
// ANCHOR_END: request

/// One request and its response, frame by frame. It is the body of the response, too.
///
/// The worker asks for the request's body when the application reads, and gets as much as there is.
/// If the server sent all of it at once, the worker might not read it because it is busy sending its
/// response, and both would wait forever. So `100 Continue` is sent when it should be, too: when the
/// application first reads.
struct Conversation<'r> {
    lease: Lease,
    expected: Expected,
    input: Input<'r>,
    /// How much of the response's body is still to come, if `Content-Length` says it.
    left: Option<u64>,
    /// What was wrong with the request's body, if the worker had to be told so.
    fault: Option<Error>,
}

impl<'r> Conversation<'r> {
    /// Begins with the request.
    fn begin(mut lease: Lease, request: &[u8], input: Input<'r>) -> Result<Self, Error> {
        lease.send(request)?;
        Ok(Conversation { lease, expected: Expected::Head, input, left: None, fault: None })
    }

    /// The worker's next frame, other than that it asks for content; `None` at the end.
    ///
    /// # Errors
    /// What the application said on failing; `Request` or `Connection` if it failed because of the
    /// request's body; `Upstream` if the worker says nothing, or what it may not say now.
    // ANCHOR: next
    fn next_frame(&mut self) -> Result<Option<Frame>, Error> {
        loop {
            let frame = self.lease.next_frame()?;
            self.expected = self.expected.after(&frame).ok_or(Silence::Garbled)?;
            match frame {
                Frame::Read(most) => self.hand_over(most)?,
                Frame::Failed(how) => {
                    return Err(self.fault.take().unwrap_or(Error::Application(how.into())));
                }
                Frame::End => return Ok(None),
                frame => return Ok(Some(frame)),
            }
        }
    }
    // ANCHOR_END: next

    /// Reads from the client, and passes on what came, or why nothing did.
    // ANCHOR: hand_over
    fn hand_over(&mut self, most: usize) -> Result<(), Error> {
        let mut piece = vec![0; most.min(PIECE)];
        let mut frame = Vec::new();
        match self.input.read(&mut piece) {
            Ok(length) => push(b'C', &piece[..length], &mut frame), // 0: that was all
            Err(error) => {
                let fault = Error::from(error);
                push(b'F', fault.to_string().as_bytes(), &mut frame);
                self.fault = Some(fault);
            }
        }
        self.lease.send(&frame)
    }
    // ANCHOR_END: hand_over

    /// Hands on what the application has said to its own `start_response`, on the other side. Each
    /// byte is a character there (PEP 3333), so that is how status and names become text here.
    fn start(&mut self, head: &[Vec<u8>], start_response: &mut StartResponse) -> Result<(), Error> {
        let [status, fields @ ..] = head else { return Err(Silence::Garbled.into()) };
        let names: Vec<Cow<str>> = fields.iter().step_by(2).map(|name| latin_1(name)).collect();
        let values = fields.iter().skip(1).step_by(2).map(Vec::as_slice);
        let fields: Vec<(&str, &[u8])> = names.iter().map(Cow::as_ref).zip(values).collect();
        let length = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        self.left = length.and_then(|(_, value)| digits(value));
        start_response(&latin_1(status), &fields, None)?;
        Ok(())
    }

    /// Waits until the worker is free for another request, if there may be one on its connection.
    ///
    /// The server drops the body as soon as the client has all that was declared. But an application
    /// that has sent it with `write` may go on, and read the rest of the request.
    fn finish(&mut self) {
        while self.left == Some(0) && self.expected == Expected::Body {
            if !matches!(self.next_frame(), Ok(None)) {
                return;
            }
        }
        if self.expected == Expected::Done && self.lease.next_within(MOMENT) == Some(Frame::Done) {
            self.lease.give_back();
        }
    }
}

fn latin_1(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.into(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

impl<'r> Iterator for Conversation<'r> {
    type Item = Result<Cow<'r, [u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_frame() {
            Ok(Some(Frame::Piece(piece))) => {
                self.left = self.left.map(|left| left.saturating_sub(piece.len() as u64));
                Some(Ok(piece.into()))
            }
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// The server drops a body when it has all of it, or wants no more.
impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}
