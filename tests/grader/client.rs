//! One connection to the server, raw: the bytes that the check chooses, in the pieces it chooses.
//!
//! Every read and every write has a deadline. Everything that went over the connection is
//! remembered for the story, in case the check fails.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::background::Background;
use crate::failure::{Evidence, Failure, Seen, Tape, fail};
use crate::parse::parse;
use crate::patience::{STEP_SECONDS, patience};
use crate::response::Response;
use crate::witness::Witness;

/// As much as one read takes: big downloads should not be slowed down by the judge.
const READ_SIZE: usize = 64 * 1024;

/// How a connection came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// In order: all bytes arrived, then the end.
    Closed,
    /// With a reset: what was under way may be lost.
    Reset,
}

/// A connection to the server. Dropping it closes it.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    witness: Arc<Witness>,
    sent: Tape,
    received: Tape,
    /// What has come and was not handed out yet.
    buffer: Vec<u8>,
    ending: Option<Ending>,
    background: Option<Background>,
}

impl Client {
    pub(crate) fn new(stream: TcpStream, witness: Arc<Witness>) -> Client {
        let (sent, received) = (Tape::default(), Tape::default());
        Client {
            stream,
            witness,
            sent,
            received,
            buffer: Vec::new(),
            ending: None,
            background: None,
        }
    }

    /// Our own end of the connection, as the server sees it.
    ///
    /// # Errors
    ///
    /// The connection is gone.
    pub fn local_address(&self) -> Result<SocketAddr, Failure> {
        self.stream.local_addr().map_err(|error| self.trouble(&error, "asking for the address"))
    }

    /// Sends all of `bytes` in as few writes as the kernel allows.
    ///
    /// # Errors
    ///
    /// The server has closed the connection, or does not read.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let (written, result) = self.write(bytes);
        result.map_err(|error| {
            self.trouble(&error, &format!("sending (after {written} of {} bytes)", bytes.len()))
        })
    }

    /// Sends one piece a write, without delay, so that each travels in a segment of its own.
    ///
    /// # Errors
    ///
    /// As for [`Client::send`].
    pub fn send_pieces<P: AsRef<[u8]>>(
        &mut self,
        pieces: impl IntoIterator<Item = P>,
    ) -> Result<(), Failure> {
        self.no_delay();
        pieces.into_iter().try_for_each(|piece| self.send(piece.as_ref()))
    }

    /// Sends one byte a write.
    ///
    /// # Errors
    ///
    /// As for [`Client::send`].
    pub fn send_bytewise(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.send_pieces(bytes.chunks(1))
    }

    /// Sends as much of `bytes` as the server takes, in pieces of `size`, and says how much that
    /// was: for requests that a server may refuse, and close, before it has read them to the end.
    pub fn send_what_is_taken(&mut self, bytes: &[u8], size: usize) -> usize {
        self.no_delay();
        let mut taken = 0;
        for piece in bytes.chunks(size.max(1)) {
            let (written, result) = self.write(piece);
            taken += written;
            if result.is_err() {
                break;
            }
        }
        taken
    }

    /// Sends `bytes`, then half-closes, on a thread of its own, so that the check can read meanwhile.
    /// What goes wrong there shows on the reading side.
    ///
    /// # Errors
    ///
    /// The connection can't be shared with a thread.
    pub fn send_in_background(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let stream = self.stream.try_clone();
        let stream = stream.map_err(|error| self.trouble(&error, "sharing the connection"))?;
        self.sent.record(&bytes);
        self.background = Some(Background::start(stream, bytes));
        Ok(())
    }

    /// Says that nothing more will be sent; reading goes on.
    ///
    /// # Errors
    ///
    /// The connection is gone.
    pub fn half_close(&mut self) -> Result<(), Failure> {
        let result = self.stream.shutdown(Shutdown::Write);
        result.map_err(|error| self.trouble(&error, "half-closing the connection"))
    }

    /// Ends the connection with a reset, as a crashed or careless client does.
    ///
    /// # Errors
    ///
    /// The system has no such option.
    pub fn reset(mut self) -> Result<(), Failure> {
        use nix::sys::socket::{setsockopt, sockopt::Linger};
        let at_once = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&self.stream, Linger, &at_once)
            .map_err(|error| self.trouble(&error.into(), "setting SO_LINGER"))?;
        // The reset goes out when the last descriptor is closed, and the thread has one.
        self.background.take().map_or(Ok(()), Background::join)
    }

    /// The next bytes, at least one, at most `most`; none at the end.
    ///
    /// # Errors
    ///
    /// Reset, or nothing came in time.
    pub fn read_some(&mut self, most: usize) -> Result<Vec<u8>, Failure> {
        if self.buffer.is_empty() {
            self.fill(deadline(), "more bytes", most)?;
        }
        Ok(self.take(most))
    }

    /// Exactly the next `count` bytes.
    ///
    /// # Errors
    ///
    /// Reset, ended, or nothing came in time.
    pub fn read_exact_n(&mut self, count: usize) -> Result<Vec<u8>, Failure> {
        let until = deadline();
        while self.buffer.len() < count {
            let have = self.buffer.len();
            if self.fill(until, &format!("byte {} of {count}", have + 1), READ_SIZE)? == 0 {
                let what =
                    format!("the server closed the connection after {have} of {count} bytes");
                return Err(Failure::new(what).seen(Seen::ClosedEarly).of(self));
            }
        }
        Ok(self.take(count))
    }

    /// Everything until the server closes.
    ///
    /// # Errors
    ///
    /// Reset, or the end did not come in time.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, Failure> {
        let mut until = deadline();
        while self.fill(until, "the server to close the connection", READ_SIZE)? > 0 {
            // As long as bytes come the server is at work, however slow the machine.
            until = deadline();
        }
        Ok(self.take(usize::MAX))
    }

    /// The next response to a request with this method; what follows it stays for the next call.
    ///
    /// # Errors
    ///
    /// Reset, cut off, late, or not what the standards call a response.
    pub fn response(&mut self, method: &str) -> Result<Response, Failure> {
        let mut until = deadline();
        loop {
            let parsed = parse(&self.buffer, method, self.ending.is_some());
            match parsed.map_err(|malformed| self.malformed(&malformed.to_string()))? {
                Some((response, length)) => {
                    self.buffer.drain(..length);
                    return Ok(response);
                }
                None => self.fill(until, &self.rest_of_response(), READ_SIZE)?,
            };
            until = deadline();
        }
    }

    /// Waits for the end: no more bytes come, and it is not a reset.
    ///
    /// # Errors
    ///
    /// Bytes, a reset, or no end in time.
    pub fn sees_end(&mut self) -> Result<(), Failure> {
        let rest = self.read_to_end()?;
        if rest.is_empty() {
            return Ok(());
        }
        let what = "nothing follows, and the connection ends";
        fail(self, what).map_err(|failure: Failure| {
            failure.expected("the end of the connection").got(rest.as_slice())
        })
    }

    /// Reads until the end, whichever it is, and drops what comes.
    ///
    /// # Errors
    ///
    /// The connection does not end in time.
    pub fn ending(&mut self) -> Result<Ending, Failure> {
        match self.read_to_end() {
            Ok(_) => Ok(Ending::Closed),
            Err(failure) if failure.kind() == Seen::Reset => Ok(Ending::Reset),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the connection ends with a reset.
    ///
    /// # Errors
    ///
    /// It does not end in time.
    pub fn is_reset(&mut self) -> Result<bool, Failure> {
        Ok(self.ending()? == Ending::Reset)
    }

    /// Whether the server has neither sent anything nor closed up to now: a look, not a wait.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let quiet = self.stream.set_nonblocking(true).is_ok()
            && matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        self.stream.set_nonblocking(false).is_ok() && quiet && self.buffer.is_empty()
    }
}

/// The parts that the others are made of.
impl Client {
    fn take(&mut self, most: usize) -> Vec<u8> {
        let count = most.min(self.buffer.len());
        self.buffer.drain(..count).collect()
    }

    /// One read; how many bytes came, 0 at the end.
    fn fill(&mut self, until: Instant, what: &str, most: usize) -> Result<usize, Failure> {
        if self.ending == Some(Ending::Closed) {
            return Ok(0);
        }
        let start = self.buffer.len();
        self.buffer.resize(start + most.min(READ_SIZE), 0);
        let result = read_before(&mut self.stream, &mut self.buffer[start..], until);
        self.buffer.truncate(start + result.as_ref().copied().unwrap_or(0));
        self.received.record(&self.buffer[start..]);
        let count = result.map_err(|error| {
            if error.kind() == io::ErrorKind::ConnectionReset {
                self.ending = Some(Ending::Reset);
            }
            self.trouble(&error, &format!("waiting for {what}"))
        })?;
        if count == 0 {
            self.ending = Some(Ending::Closed);
        }
        Ok(count)
    }

    /// All of `bytes` before a deadline; how many were taken, also when it fails.
    fn write(&mut self, bytes: &[u8]) -> (usize, io::Result<()>) {
        let until = deadline();
        let mut written = 0;
        while written < bytes.len() {
            let result = time_left(until)
                .and_then(|left| self.stream.set_write_timeout(Some(left)))
                .and_then(|()| self.stream.write(&bytes[written..]));
            match result {
                Ok(count) => {
                    self.sent.record(&bytes[written..written + count]);
                    written += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (written, Err(error)),
            }
        }
        (written, Ok(()))
    }

    fn no_delay(&self) {
        // Without it the kernel would gather the pieces; if it can't be set they arrive all the same.
        let _ = self.stream.set_nodelay(true);
    }

    fn rest_of_response(&self) -> String {
        match self.buffer.len() {
            0 => "a response".into(),
            have => format!("the rest of a response of which {have} bytes have come"),
        }
    }

    fn malformed(&self, why: &str) -> Failure {
        let early = self.ending.is_some();
        let seen = if early { Seen::ClosedEarly } else { Seen::Malformed };
        Failure::new(format!("expected a response as RFC 9112 has it; {why}")).seen(seen).of(self)
    }

    /// What an error of the connection means, in the words of this library.
    fn trouble(&self, error: &io::Error, doing: &str) -> Failure {
        let (seen, what) = match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                (Seen::Hung, "nothing happened until the deadline".into())
            }
            io::ErrorKind::ConnectionReset => {
                (Seen::Reset, "the server reset the connection".into())
            }
            io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected => {
                (Seen::ClosedEarly, "the server had closed the connection".into())
            }
            _ => (Seen::Machine, error.to_string()),
        };
        Failure::new(format!("{doing}: {what}")).seen(seen).of(self)
    }
}

impl Evidence for Client {
    fn add_to(&self, failure: Failure) -> Failure {
        failure.witness(&self.witness).tapes(&self.sent, &self.received)
    }
}

fn deadline() -> Instant {
    Instant::now() + patience(STEP_SECONDS)
}

/// The time until then. A timeout of zero would mean "for ever", so none left is an error.
fn time_left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn read_before(stream: &mut TcpStream, buffer: &mut [u8], until: Instant) -> io::Result<usize> {
    loop {
        stream.set_read_timeout(Some(time_left(until)?))?;
        match stream.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
