//! Bytes kept for a story: what went over a connection, what was expected, what came.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The start of a stream of bytes and its length: enough for a story.
#[derive(Clone, Default, Debug)]
pub struct Tape {
    /// The first bytes.
    pub start: Vec<u8>,
    /// How many there were in all.
    pub length: usize,
    /// Where pieces after the first begin, as far as the first bytes go.
    pub cuts: Vec<usize>,
}

impl Tape {
    /// More than any story shows; a check may well send hundreds of megabytes.
    const KEPT: usize = 64 * 1024;

    pub(crate) fn record(&mut self, bytes: &[u8]) {
        let room = Self::KEPT.saturating_sub(self.start.len());
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len();
    }

    /// What comes next is a piece of its own.
    pub(crate) fn cut(&mut self) {
        let is_new = self.length > 0 && self.cuts.last() != Some(&self.length);
        if is_new && self.length < Self::KEPT {
            self.cuts.push(self.length);
        }
    }
}

/// Both directions of a connection.
#[derive(Clone, Default, Debug)]
pub struct Tapes {
    /// What the client has sent.
    pub sent: Tape,
    /// What it has received.
    pub received: Tape,
    /// How much of that stood before the bytes that a check got last, and how many these are.
    pub last: Option<(usize, usize)>,
}

/// The tapes of a client; other threads may look at them too.
pub(crate) fn tapes(talk: &Mutex<Tapes>) -> MutexGuard<'_, Tapes> {
    // Every record is whole, also when a thread panicked after it.
    talk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something to put beside "expected" or "got".
#[derive(Clone, Debug)]
pub enum Shown {
    /// Exact bytes, shown as escapes.
    Bytes(Vec<u8>),
    /// A description.
    Words(String),
}

impl From<&[u8]> for Shown {
    fn from(bytes: &[u8]) -> Shown {
        Shown::Bytes(bytes.to_vec())
    }
}

impl From<&str> for Shown {
    fn from(words: &str) -> Shown {
        Shown::Words(words.to_owned())
    }
}

impl From<String> for Shown {
    fn from(words: String) -> Shown {
        Shown::Words(words)
    }
}
