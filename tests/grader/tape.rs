//! Bytes kept for a story: what went over a connection, what was expected, what came.

/// The start of a stream of bytes and its length: enough for a story.
#[derive(Clone, Default, Debug)]
pub struct Tape {
    /// The first bytes.
    pub start: Vec<u8>,
    /// How many there were in all.
    pub length: usize,
}

impl Tape {
    /// More than any story shows; a check may well send hundreds of megabytes.
    const KEPT: usize = 64 * 1024;

    pub(crate) fn record(&mut self, bytes: &[u8]) {
        let room = Self::KEPT.saturating_sub(self.start.len());
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len();
    }
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
