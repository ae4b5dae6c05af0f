//! One connection to the server, raw: the bytes that the check chooses, in the pieces it chooses.
//!
//! Every read and every write has a deadline. Everything that went over the connection is
//! remembered for the story, in case the check fails.

mod read;
mod send;
mod wire;

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::background::Background;
use crate::evidence::Evidence;
use crate::failure::Failure;
use crate::tape::{Tapes, tapes};
use crate::visit::End;
use crate::witness::Witness;

/// As much as one read takes: big downloads should not be slowed down by the judge.
const READ_SIZE: usize = 64 * 1024;

/// As much as is kept of what nobody has taken yet. The longest response that a check reads as a
/// whole has 32 MiB; a server that sends without end must not fill the memory of its judge.
const MOST_KEPT: usize = 64 * 1024 * 1024;

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
    tapes: Arc<Mutex<Tapes>>,
    /// Its number in the diary.
    number: usize,
    /// What has come and was not handed out yet.
    buffer: Vec<u8>,
    ending: Option<Ending>,
    background: Option<Background>,
}

impl Client {
    pub(crate) fn new(stream: TcpStream, witness: Arc<Witness>) -> Client {
        let tapes = Arc::default();
        let number = witness.diary.opened(&tapes);
        Client {
            stream,
            witness,
            tapes,
            number,
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

    /// Says that nothing more will be sent; reading goes on.
    ///
    /// # Errors
    ///
    /// The connection is gone.
    pub fn half_close(&mut self) -> Result<(), Failure> {
        self.witness.diary.ends(self.number, End::HalfClosed);
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
        self.witness.diary.ends(self.number, End::Reset);
        let at_once = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&self.stream, Linger, &at_once)
            .map_err(|error| self.trouble(&error.into(), "setting SO_LINGER"))?;
        // The reset goes out when the last descriptor is closed, and the thread has one.
        self.background.take().map_or(Ok(()), Background::join)
    }

    /// Makes room for about this many bytes on our side, so that the server waits no more for us.
    ///
    /// # Errors
    ///
    /// The system has no such option.
    pub fn widen(&self, bytes: usize) -> Result<(), Failure> {
        use nix::sys::socket::{setsockopt, sockopt::RcvBuf};
        setsockopt(&self.stream, RcvBuf, &bytes)
            .map_err(|error| self.trouble(&error.into(), "setting SO_RCVBUF"))
    }

    /// Whether the server has neither sent anything nor closed up to now: a look, not a wait.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let quiet = self.stream.set_nonblocking(true).is_ok()
            && matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        self.stream.set_nonblocking(false).is_ok() && quiet && self.buffer.is_empty()
    }

    fn tapes(&self) -> MutexGuard<'_, Tapes> {
        tapes(&self.tapes)
    }
}

impl Evidence for Client {
    fn add_to(&self, failure: Failure) -> Failure {
        failure.witness(&self.witness).tapes(&self.tapes())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.witness.diary.ends(self.number, End::Closed);
    }
}
