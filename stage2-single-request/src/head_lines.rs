//! Hardening: the lines of a head: how they end, how long they are, how many there may be.

use crate::fault::Fault;
use crate::limits::{FIELDS, HEADER_SECTION, REQUEST_LINE};

/// What has been seen of a head, line by line.
#[derive(Debug, Default)]
pub struct HeadLines {
    has_empty_before: bool,
    /// How long the header section is so far; `None` until the request line is complete.
    section: Option<usize>,
    fields: usize,
}

/// What a line is to its head.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// The empty line that ends it.
    Last,
    /// An empty line before it: it starts behind.
    EmptyBefore,
    /// Its request line, or a field line.
    Part,
}

impl HeadLines {
    /// Where the line ends that starts at `line`, if no end of it stands before `from`; `None` if its
    /// end has not come. Neither a carriage return nor a line feed stands anywhere but there, in a
    /// pair (RFC 9112 s2.2).
    ///
    /// # Errors
    /// `BareLineEnd`; or the limit that the line had broken before that showed.
    pub fn end(&self, received: &[u8], line: usize, from: usize) -> Result<Option<usize>, Fault> {
        let mut bytes = received.iter().enumerate().skip(from);
        let Some((end, _)) = bytes.find(|(_, it)| b"\r\n".contains(it)) else { return Ok(None) };
        match &received[end..] {
            [b'\r'] => Ok(None),
            [b'\r', b'\n', ..] => Ok(Some(end)),
            // As if its bytes had come one by one: how they are split must make no difference.
            [b'\r', ..] => self.judge_unfinished(end + 1 - line).and(Err(Fault::BareLineEnd)),
            _ => self.judge_unfinished(end - line).and(Err(Fault::BareLineEnd)),
        }
    }

    /// Judges the next line, which has `length` bytes before its CR LF.
    ///
    /// # Errors
    /// It breaks a limit.
    pub fn judge(&mut self, length: usize) -> Result<Line, Fault> {
        self.judge_unfinished(length + b"\r".len())?; // as if its end had come later
        match self.section {
            None if length == 0 => self.empty_before(),
            None => {
                self.section = Some(0);
                Ok(Line::Part)
            }
            Some(_) if length == 0 => Ok(Line::Last),
            Some(section) => self.field(section + length + b"\r\n".len()),
        }
    }

    /// Judges a line of which `length` bytes have come, and not its end: it must not grow for ever.
    ///
    /// # Errors
    /// It breaks a limit already.
    pub fn judge_unfinished(&self, length: usize) -> Result<(), Fault> {
        match self.section {
            // The line's own CR may be there already.
            None if length > REQUEST_LINE + 1 => Err(Fault::RequestLineTooLong),
            Some(section) if section + length > HEADER_SECTION + 1 => {
                Err(Fault::HeaderSectionTooLarge)
            }
            _ => Ok(()),
        }
    }

    /// RFC 9112 s2.2: one empty line before the request line is skipped.
    fn empty_before(&mut self) -> Result<Line, Fault> {
        let is_second = std::mem::replace(&mut self.has_empty_before, true);
        if is_second { Err(Fault::EmptyLines) } else { Ok(Line::EmptyBefore) }
    }

    fn field(&mut self, section: usize) -> Result<Line, Fault> {
        self.section = Some(section);
        self.fields += 1;
        if section > HEADER_SECTION {
            return Err(Fault::HeaderSectionTooLarge);
        }
        if self.fields > FIELDS { Err(Fault::TooManyFields) } else { Ok(Line::Part) }
    }
}
