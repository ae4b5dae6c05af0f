//! Hardening: the chunked transfer coding, read strictly (RFC 9112 s7.1).
//!
//! `5;ext=1 CRLF`, five bytes, `CRLF`, …, `0 CRLF`, trailer section, `CRLF`. Its lines are read
//! here and not by `httparse::parse_chunk_size`. That function ends a line at CR LF only, as it must, but
//! inside of an extension it takes every other byte, a bare line feed too, where some readers see the end
//! of the line (CVE-2025-55315). It takes a line without any digit for a size of 0, and spaces after a size that
//! no extension follows. And it does not limit how long a line may be. (A test holds these sentences to it.)

use stage2_single_request::syntax::is_token;

use crate::http::content::Step;
use crate::http::fault::Fault;

/// The longest line in front of a chunk: a number and extensions that nobody uses.
const CHUNK_LINE: usize = 4 * 1024;
/// The most bytes of extensions in all lines of one request together. A line that is short enough comes
/// before each chunk, and a chunk may be a single byte, so that without this limit a thousand bytes would
/// have to be read for each byte of content. hyper has the same limit.
const EXTENSIONS: usize = 16 * 1024;
/// As many digits as a size of 64 bits has; zeros before them are as good as an extension.
const DIGITS: usize = 16;
/// The longest trailer section, with its line ends.
const TRAILERS: usize = 16 * 1024;

/// Decodes the coding; its bytes may come in pieces of any size.
#[derive(Debug)]
pub struct Chunked {
    part: Part,
    /// The line that is not complete yet.
    line: Vec<u8>,
    /// How many bytes of extensions have come.
    extensions: usize,
    /// How many bytes of content may still come.
    most_left: u64,
    most: u64,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Size,
    Data { left: u64 },
    DataEnd,
    Trailers { seen: usize },
    Done,
}

impl Chunked {
    /// A decoder for content of at most `most` bytes.
    pub fn new(most: u64) -> Chunked {
        Chunked { part: Part::Size, line: Vec::new(), extensions: 0, most_left: most, most }
    }

    /// Whether the empty line behind the last-chunk and its trailers has been seen.
    pub fn is_done(&self) -> bool {
        self.part == Part::Done
    }

    /// See [`crate::http::content::Decoder::decode`].
    ///
    /// # Errors
    /// `Chunk` and `ContentTooLarge`.
    pub fn decode<'b>(&mut self, bytes: &'b [u8]) -> Result<Step<'b>, Fault> {
        let mut taken = 0;
        while taken < bytes.len() && self.part != Part::Done {
            let rest = &bytes[taken..];
            if let Part::Data { left } = &mut self.part {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                *left -= length as u64;
                if *left == 0 {
                    self.part = Part::DataEnd;
                }
                return Ok(Step { taken: taken + length, content: &rest[..length] });
            }
            taken += self.take_line(rest)?;
        }
        Ok(Step { taken, content: b"" })
    }

    /// Takes bytes up to the end of a line, and goes on to the next part if it was there. Returns
    /// how many it took.
    fn take_line(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        self.line.extend_from_slice(&bytes[..taken]);
        self.limit_line()?;
        if end.is_some() {
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r\n").ok_or(Fault::Chunk("a line without CR LF"))?;
            if line.iter().any(|&byte| is_control(byte)) {
                return Err(Fault::Chunk("a control in a line"));
            }
            self.part = self.after(line)?;
        }
        Ok(taken)
    }

    fn limit_line(&self) -> Result<(), Fault> {
        match self.part {
            Part::Size if self.line.len() > CHUNK_LINE + 2 => {
                Err(Fault::Chunk("a line longer than 4 KiB before a chunk"))
            }
            Part::DataEnd if !b"\r\n".starts_with(&self.line) => {
                Err(Fault::Chunk("a chunk that does not end where it said"))
            }
            Part::Trailers { seen } if seen + self.line.len() > TRAILERS + 2 => {
                Err(Fault::Chunk("trailers longer than 16 KiB"))
            }
            _ => Ok(()),
        }
    }

    /// What comes after this line.
    fn after(&mut self, line: &[u8]) -> Result<Part, Fault> {
        match self.part {
            Part::Size => self.after_size(line),
            Part::DataEnd => Ok(Part::Size),
            Part::Trailers { .. } if line.is_empty() => Ok(Part::Done),
            Part::Trailers { seen } if is_field(line) => {
                Ok(Part::Trailers { seen: seen + line.len() + 2 })
            }
            Part::Trailers { .. } => Err(Fault::Chunk("a trailer that is no field")),
            Part::Data { .. } | Part::Done => unreachable!("neither has lines"),
        }
    }

    fn after_size(&mut self, line: &[u8]) -> Result<Part, Fault> {
        let (size, extensions) = chunk_size(line)?;
        self.extensions += extensions;
        if self.extensions > EXTENSIONS {
            return Err(Fault::Chunk("extensions longer than 16 KiB"));
        }
        self.most_left =
            self.most_left.checked_sub(size).ok_or(Fault::ContentTooLarge(self.most))?;
        Ok(if size == 0 { Part::Trailers { seen: 0 } } else { Part::Data { left: size } })
    }
}

/// The number in `1*HEXDIG [ chunk-ext ]`, and how many bytes say nothing about it: extensions, which
/// nobody defines, and so many zeros that they can only be meant to take time.
fn chunk_size(line: &[u8]) -> Result<(u64, usize), Fault> {
    let end = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
    let (digits, extensions) = line.split_at(end);
    // White space may stand only before the semicolon of an extension.
    if !extensions.is_empty() && !extensions.trim_ascii_start().starts_with(b";") {
        return Err(Fault::Chunk("a size that is no hexadecimal number"));
    }
    let beyond = extensions.len() + digits.len().saturating_sub(DIGITS);
    let digits = str::from_utf8(digits).unwrap_or_default();
    match u64::from_str_radix(digits, 16) {
        Ok(size) => Ok((size, beyond)),
        Err(_) => Err(Fault::Chunk("a size that is no number we can hold")),
    }
}

/// `name: value` (RFC 9112 s5). Trailers are checked and then dropped: PEP 3333 has no place for
/// them.
fn is_field(line: &[u8]) -> bool {
    line.iter().position(|&byte| byte == b':').is_some_and(|colon| is_token(&line[..colon]))
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

#[cfg(test)]
mod tests;
