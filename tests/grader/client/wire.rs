//! The single reads and writes of a client, each before a deadline, and what their errors mean.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Client, Ending, MOST_KEPT, READ_SIZE};
use crate::failure::{Failure, Seen};
use crate::patience::{STEP_SECONDS, patience};
use crate::scene;
use crate::visit::End;

impl Client {
    pub(super) fn take(&mut self, most: usize) -> Vec<u8> {
        let count = most.min(self.buffer.len());
        {
            let mut tapes = self.tapes();
            let before = tapes.received.length - self.buffer.len();
            tapes.last = Some((before, count));
        }
        self.buffer.drain(..count).collect()
    }

    /// One read; how many bytes came, 0 at the end.
    pub(super) fn fill(
        &mut self,
        until: Instant,
        what: &str,
        most: usize,
    ) -> Result<usize, Failure> {
        if self.ending == Some(Ending::Closed) {
            return Ok(0);
        }
        scene::waits_for(what);
        let start = self.buffer.len();
        if start >= MOST_KEPT {
            let what =
                format!("waiting for {what}: the server sent {start} bytes and did not stop");
            return Err(Failure::new(what).of(self));
        }
        self.buffer.resize(start + most.min(READ_SIZE), 0);
        let result = read_before(&mut self.stream, &mut self.buffer[start..], until);
        self.buffer.truncate(start + result.as_ref().copied().unwrap_or(0));
        self.tapes().received.record(&self.buffer[start..]);
        let count = result.map_err(|error| {
            if error.kind() == io::ErrorKind::ConnectionReset {
                self.ends(Ending::Reset);
            }
            self.trouble(&error, &format!("waiting for {what}"))
        })?;
        if count == 0 {
            self.ends(Ending::Closed);
        }
        Ok(count)
    }

    /// The server has ended the connection: nobody waits for this client any more.
    fn ends(&mut self, ending: Ending) {
        self.witness.diary.ends(self.number, End::Closed);
        self.ending = Some(ending);
    }

    /// All of `bytes` before a deadline; how many were taken, also when it fails.
    pub(super) fn write(&mut self, bytes: &[u8]) -> (usize, io::Result<()>) {
        scene::waits_for("the server to take what is sent");
        let until = deadline();
        let mut written = 0;
        while written < bytes.len() {
            let result = time_left(until)
                .and_then(|left| self.stream.set_write_timeout(Some(left)))
                .and_then(|()| self.stream.write(&bytes[written..]));
            match result {
                Ok(count) => {
                    self.tapes().sent.record(&bytes[written..written + count]);
                    written += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (written, Err(error)),
            }
        }
        (written, Ok(()))
    }

    pub(super) fn no_delay(&self) {
        // Without it the kernel would gather the pieces; if it can't be set they arrive all the same.
        let _ = self.stream.set_nodelay(true);
    }

    pub(super) fn rest_of_response(&self) -> String {
        match self.buffer.len() {
            0 => "a response".into(),
            have => format!("the rest of a response of which {have} bytes have come"),
        }
    }

    pub(super) fn malformed(&self, why: &str) -> Failure {
        let early = self.ending.is_some();
        let seen = if early { Seen::ClosedEarly } else { Seen::Malformed };
        Failure::new(format!("expected a response as RFC 9112 has it; {why}")).seen(seen).of(self)
    }

    /// What an error of the connection means, in the words of this library.
    pub(super) fn trouble(&self, error: &io::Error, doing: &str) -> Failure {
        let (seen, what) = match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                let seconds = patience(STEP_SECONDS).as_secs_f64();
                (Seen::Hung, format!("it did not happen within {seconds:.0} s"))
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

pub(super) fn deadline() -> Instant {
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
