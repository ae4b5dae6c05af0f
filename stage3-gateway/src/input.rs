//! Hardening: `wsgi.input`: the content of a request, read from the connection when the
//! application asks for it, and never further than its end.

use std::io::{self, Read};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use stage2_single_request::deadline::read_before;

use crate::connection::Service;
use crate::gateway::error::Error;
use crate::http::content::Decoder;
use crate::http::fault::Fault;
use crate::http::head::Head;
use crate::output::send_before;
use crate::pace::Pace;

/// The interim response that a client may wait for before it sends its content.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// The content of one request on a connection.
pub struct ConnectionInput<'c> {
    connection: &'c TcpStream,
    /// What was received and not decoded yet starts at `at`.
    received: Vec<u8>,
    at: usize,
    decoder: Decoder,
    /// How the client sends its content.
    pace: Pace,
    /// How it takes `100 Continue`.
    writing: Pace,
    /// The client waits for `100 Continue`.
    expects_continue: bool,
    /// Whether the final response is on its way, so that it is too late for an interim one.
    response_begun: &'c AtomicBool,
}

impl<'c> ConnectionInput<'c> {
    /// The content behind `head`: what was received already, and what is still to come.
    pub fn new(
        connection: &'c TcpStream,
        received: Vec<u8>,
        decoder: Decoder,
        service: &Service,
        head: &Head,
        response_begun: &'c AtomicBool,
    ) -> ConnectionInput<'c> {
        let pace = service.patience.for_reading();
        let writing = service.patience.for_writing();
        let expects_continue = head.expects_continue && received.is_empty();
        let at = 0;
        ConnectionInput {
            connection,
            received,
            at,
            decoder,
            pace,
            writing,
            expects_continue,
            response_begun,
        }
    }

    fn fill(&mut self) -> Result<(), Error> {
        if self.expects_continue && !self.response_begun.load(Ordering::Relaxed) {
            send_before(&mut self.writing, self.connection, CONTINUE).map_err(Error::Connection)?;
        }
        self.expects_continue = false;
        let patience = self.pace.patience().ok_or(Fault::ContentTooSlow)?;
        self.received.clear();
        self.at = 0;
        let asked = Instant::now();
        let length = match read_before(asked + patience, self.connection, &mut self.received) {
            Ok(0) => Err(Fault::ContentTruncated.into()),
            Ok(length) => Ok(length),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                Err(Fault::ContentTooSlow.into())
            }
            Err(error) => Err(Error::Connection(error)),
        };
        self.pace.moved(0, asked.elapsed()); // what of it is content, only the decoder knows
        length.map(|_| ())
    }
}

impl Read for ConnectionInput<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.decoder.is_done() && !buffer.is_empty() {
            // Content is never longer than what it is taken from: so it fits.
            let end = self.received.len().min(self.at + buffer.len());
            let step = self.decoder.decode(&self.received[self.at..end]).map_err(Error::Request)?;
            self.at += step.taken;
            self.pace.moved(step.content.len(), Duration::ZERO);
            if !step.content.is_empty() {
                buffer[..step.content.len()].copy_from_slice(step.content);
                return Ok(step.content.len());
            }
            if self.at == self.received.len() && !self.decoder.is_done() {
                self.fill()?;
            }
        }
        Ok(0)
    }
}
