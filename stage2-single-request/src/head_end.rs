//! First reading: where the head of a request ends.
//!
//! A connection delivers bytes in pieces of any size, and a piece is no message. What ends a head
//! is its empty line: CR LF CR LF. No I/O here: bytes go in, an answer or "not yet" comes out.

use std::ops::Range;

use crate::fault::Fault;
use crate::limits::{FIELDS, HEADER_SECTION, REQUEST_LINE};

/// Looks for the end of a head while its bytes arrive, and at each byte only once.
#[derive(Debug, Default)]
pub struct HeadEnd {
    /// How many bytes it has looked at.
    seen: usize,
    /// Where the head starts: behind an empty line that came before it, if one did.
    start: usize,
    /// Where the line starts that is not complete yet.
    line: usize,
    /// Where the header section starts, once the request line is complete.
    section: Option<usize>,
    fields: usize,
}

impl HeadEnd {
    /// Where in `received` (all bytes so far) the head is, with its empty line; `None` until it
    /// is complete.
    ///
    /// # Errors
    /// A fault that shows before the head is complete: a line that ends wrongly, or a limit.
    // ANCHOR: find
    pub fn find(&mut self, received: &[u8]) -> Result<Option<Range<usize>>, Fault> {
        while let Some(offset) = received[self.seen..].iter().position(|&byte| byte == b'\n') {
            self.seen += offset + 1;
            let line = &received[self.line..self.seen];
            self.line = self.seen;
            let line = line.strip_suffix(b"\r\n").ok_or(Fault::BareLineEnd)?;
            if self.is_last(line)? {
                return Ok(Some(self.start..self.seen));
            }
        }
        self.seen = received.len();
        self.limit_unfinished_line()?;
        Ok(None)
    }
    // ANCHOR_END: find

    /// Whether this line is the empty one that ends the head. RFC 9112 s2.2: one empty line
    /// before the request line is skipped.
    fn is_last(&mut self, line: &[u8]) -> Result<bool, Fault> {
        match self.section {
            None if line.is_empty() && self.start > 0 => return Err(Fault::EmptyLines),
            None if line.is_empty() => self.start = self.seen,
            None if line.len() > REQUEST_LINE => return Err(Fault::RequestLineTooLong),
            None => self.section = Some(self.seen),
            Some(_) if line.is_empty() => return Ok(true),
            Some(section) if self.seen - section > HEADER_SECTION => {
                return Err(Fault::HeaderSectionTooLarge);
            }
            Some(_) if self.fields == FIELDS => return Err(Fault::TooManyFields),
            Some(_) => self.fields += 1,
        }
        if line.contains(&b'\r') { Err(Fault::BareLineEnd) } else { Ok(false) }
    }

    /// A line that never ends must not grow for ever.
    fn limit_unfinished_line(&self) -> Result<(), Fault> {
        match self.section {
            // The line's own CR may be there already.
            None if self.seen - self.line > REQUEST_LINE + 1 => Err(Fault::RequestLineTooLong),
            Some(section) if self.seen - section > HEADER_SECTION + 1 => {
                Err(Fault::HeaderSectionTooLarge)
            }
            _ => Ok(()),
        }
    }
}
