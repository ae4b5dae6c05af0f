//! One connection in the diary of a run: what its client sent, in which pieces, and how it left.

use std::sync::{Mutex, Weak};

use crate::tape::Tapes;

/// What is longer than this nobody types.
const TYPED: usize = 600;

/// One connection.
#[derive(Clone, Default, Debug)]
pub(crate) struct Visit {
    pub pieces: Vec<Piece>,
    /// More was sent than anybody types.
    pub is_long: bool,
    pub end: Option<End>,
    /// It was still open when the next line began.
    pub outlasts: bool,
    pub tapes: Weak<Mutex<Tapes>>,
}

/// What was sent at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    pub bytes: Vec<u8>,
    /// How often, one after the other.
    pub times: usize,
    /// After something that stands further down.
    pub is_late: bool,
}

/// How a client takes its leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    HalfClosed,
    Closed,
    Reset,
}

impl Visit {
    /// The client has gone. After half of an end it still listens.
    pub fn is_over(&self) -> bool {
        matches!(self.end, Some(End::Closed | End::Reset))
    }

    /// Something was sent, typable or not.
    pub fn has_spoken(&self) -> bool {
        self.is_long || !self.pieces.is_empty()
    }

    /// Another piece; `is_late` if something else has been done since the client came.
    pub fn sends(&mut self, bytes: &[u8], is_late: bool) {
        let is_late = is_late && !self.pieces.iter().any(|piece| piece.is_late);
        match self.pieces.last_mut() {
            Some(last) if last.bytes == bytes => last.times += 1,
            _ => {
                let length: usize = self.pieces.iter().map(|piece| piece.bytes.len()).sum();
                self.is_long |= length + bytes.len() > TYPED;
                if !self.is_long && !bytes.is_empty() {
                    self.pieces.push(Piece { bytes: bytes.to_vec(), times: 1, is_late });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_types_is_not_kept() {
        let mut visit = Visit::default();
        assert!(!visit.has_spoken());
        (0..1000).for_each(|_| visit.sends(b"x", false));
        assert_eq!(visit.pieces[0].times, 1000);
        visit.sends(&[b'y'; TYPED], false);
        assert!(visit.is_long && visit.has_spoken() && visit.pieces.len() == 1);
    }
}
