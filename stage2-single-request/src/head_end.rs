//! First reading: where the head of a request ends.
//!
//! A connection delivers bytes in pieces of any size, and a piece is no message. What ends a head
//! is its empty line: CR LF CR LF. No I/O here: bytes go in, an answer or "not yet" comes out.

use std::ops::Range;

use crate::fault::Fault;
use crate::head_lines::{HeadLines, Line};

/// Looks for the end of a head while its bytes arrive, and at each byte only once.
#[derive(Debug, Default)]
pub struct HeadEnd {
    /// How many bytes it has looked at.
    seen: usize,
    /// Where the line starts that is not complete yet.
    line: usize,
    /// Where the head starts: behind an empty line that came before it, if one did.
    start: usize,
    lines: HeadLines,
}

impl HeadEnd {
    /// Where in `received` (all bytes so far) the head is, with its empty line; `None` until it
    /// is complete.
    ///
    /// # Errors
    /// A fault that shows before the head is complete: a line that ends wrongly, or a limit.
    // ANCHOR: find
    pub fn find(&mut self, received: &[u8]) -> Result<Option<Range<usize>>, Fault> {
        while let Some(end) = self.lines.end(received, self.line, self.seen)? {
            let length = end - self.line;
            self.seen = end + b"\r\n".len();
            self.line = self.seen;
            match self.lines.judge(length)? {
                Line::Last => return Ok(Some(self.start..self.seen)),
                Line::EmptyBefore => self.start = self.seen,
                Line::Part => {}
            }
        }
        // A carriage return at the end is looked at again: its line feed may be on its way.
        self.seen = received.strip_suffix(b"\r").unwrap_or(received).len();
        self.lines.judge_unfinished(received.len() - self.line)?;
        Ok(None)
    }
    // ANCHOR_END: find
}

#[cfg(test)]
mod tests;
