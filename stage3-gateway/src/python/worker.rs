//! Hardening: a connection to one worker: sending frames, and waiting for them, but not for ever.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use stage2_single_request::deadline::uninterrupted;

use crate::gateway::error::Error;
use crate::python::frame::{Frame, parse};

/// How much is read at once.
const PIECE: usize = 32 * 1024;

/// A connection to a worker, which answers one request after the other on it.
#[derive(Debug)]
pub struct Worker {
    stream: UnixStream,
    /// What was received and not yet understood starts at `at`.
    received: Vec<u8>,
    at: usize,
}

/// Why there is no next frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Silence {
    /// The worker is there, and has said nothing in the time that it had.
    TooSlow,
    /// The connection has ended, and the worker with it.
    Gone,
    /// It said what makes no sense.
    Garbled,
}

impl Worker {
    /// Joins the queue for a worker: nobody may have taken this connection when it returns.
    ///
    /// # Errors
    /// Nobody listens there.
    pub fn connect(path: &Path) -> io::Result<Worker> {
        let stream = UnixStream::connect(path)?;
        Ok(Worker { stream, received: Vec::new(), at: 0 })
    }

    /// Sends frames. The worker has so long to take them.
    ///
    /// # Errors
    /// `TooSlow` or `Gone`.
    pub fn send(&mut self, frames: &[u8], patience: Duration) -> Result<(), Silence> {
        let sent = self.stream.set_write_timeout(Some(patience));
        sent.and_then(|()| self.stream.write_all(frames)).map_err(|error| why(&error))
    }

    /// The next frame. The worker has so long to send it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn next_frame(&mut self, patience: Duration) -> Result<Frame, Silence> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(frame) = self.received()? {
                return Ok(frame);
            }
            let old = self.received.len();
            self.received.resize(old + PIECE, 0);
            let (mut stream, room) = (&self.stream, &mut self.received[old..]);
            let length = uninterrupted(deadline, |left| {
                stream.set_read_timeout(Some(left))?;
                stream.read(room)
            });
            self.received.truncate(old + *length.as_ref().unwrap_or(&0));
            match length {
                Ok(0) => return Err(Silence::Gone),
                Ok(_) => {}
                Err(error) => return Err(why(&error)),
            }
        }
    }

    /// The next frame, if it was received already.
    ///
    /// # Errors
    /// `Garbled`.
    pub fn received(&mut self) -> Result<Option<Frame>, Silence> {
        let parsed = parse(&self.received[self.at..]).map_err(|_| Silence::Garbled)?;
        let Some((frame, length)) = parsed else {
            self.received.drain(..self.at);
            self.at = 0;
            return Ok(None);
        };
        self.at += length;
        Ok(Some(frame))
    }

    /// Whether the worker is there and has nothing to say, as it should be between two requests.
    pub fn is_idle(&self) -> bool {
        let look = || {
            self.stream.set_nonblocking(true)?;
            let read = (&self.stream).read(&mut [0]); // 0: it has gone; 1: it should have waited
            self.stream.set_nonblocking(false)?;
            read
        };
        let nothing = look().is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        nothing && self.at == self.received.len()
    }
}

impl From<Silence> for Error {
    fn from(silence: Silence) -> Error {
        let (status, why) = match silence {
            Silence::TooSlow => (504, "the Python worker took too long, and was ended"),
            Silence::Gone => (502, "the Python worker ended in the middle of a request"),
            Silence::Garbled => (502, "what the Python worker said makes no sense"),
        };
        Error::Upstream { status, why: why.to_string() }
    }
}

fn why(error: &io::Error) -> Silence {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Silence::TooSlow,
        _ => Silence::Gone,
    }
}
