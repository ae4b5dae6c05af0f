//! Decodes the chunked transfer coding strictly (RFC 9112 s7.1).

use crate::escape::escape;
use crate::parse::{Malformed, field_line, malformed};

/// What came of chunked content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// All of it has come.
    Whole {
        /// The chunks, without the last-chunk.
        pieces: Vec<Vec<u8>>,
        /// The trailer section.
        trailers: Vec<(String, Vec<u8>)>,
        /// How many bytes it took on the wire.
        length: usize,
    },
    /// It goes on; `place` says where it stands, as in "inside the trailer section".
    Partial {
        /// Where.
        place: String,
    },
}

/// A chunk line, extensions included, that is longer than this is no longer taken for one.
const LINE_LIMIT: usize = 4096;

/// A part of the content and what follows it; `None` if it has not come whole.
type Part<'b> = Option<(&'b [u8], &'b [u8])>;

/// Decodes the chunked content at the start of `bytes`.
///
/// # Errors
///
/// It is malformed, which does not become better with more bytes.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Malformed> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut rest = bytes;
    loop {
        let place = || format!("in the line of chunk {}", pieces.len() + 1);
        let Some((line, after)) = line(rest)? else {
            return Ok(Decoded::Partial { place: place() });
        };
        rest = after;
        match chunk_size(line)? {
            0 => break,
            size => match chunk_data(rest, size)? {
                Some((piece, after)) => {
                    pieces.push(piece.to_vec());
                    rest = after;
                }
                None => {
                    let (have, number) = (rest.len().min(size), pieces.len() + 1);
                    let place = format!("after {have} of {size} bytes of chunk {number}");
                    return Ok(Decoded::Partial { place });
                }
            },
        }
    }
    let mut trailers = Vec::new();
    while let Some((line, after)) = line(rest)? {
        rest = after;
        if line.is_empty() {
            return Ok(Decoded::Whole { pieces, trailers, length: bytes.len() - rest.len() });
        }
        trailers.push(field_line(line)?);
    }
    Ok(Decoded::Partial { place: "inside the trailer section".into() })
}

/// The line at the start of `bytes` without its CRLF.
fn line(bytes: &[u8]) -> Result<Part<'_>, Malformed> {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        let long = bytes.len() > LINE_LIMIT;
        return if long { malformed("a chunk line has no end") } else { Ok(None) };
    };
    match bytes[..end].strip_suffix(b"\r") {
        Some(line) if !line.contains(&b'\r') => Ok(Some((line, &bytes[end + 1..]))),
        _ => malformed(format!("the line \"{}\" does not end with CRLF", escape(&bytes[..=end]))),
    }
}

/// Hexadecimal digits, then nothing or extensions.
fn chunk_size(line: &[u8]) -> Result<usize, Malformed> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let size = str::from_utf8(&line[..digits]).ok();
    let size = size.and_then(|digits| usize::from_str_radix(digits, 16).ok());
    let extensions = line[digits..].trim_ascii_start();
    match size {
        Some(size) if extensions.is_empty() && line.len() == digits => Ok(size),
        Some(size) if extensions.starts_with(b";") => Ok(size),
        _ => malformed(format!("the chunk line is \"{}\"", escape(line))),
    }
}

/// `size` bytes and a CRLF.
fn chunk_data(bytes: &[u8], size: usize) -> Result<Part<'_>, Malformed> {
    let Some((data, rest)) = bytes.split_at_checked(size) else { return Ok(None) };
    match rest {
        [b'\r', b'\n', after @ ..] => Ok(Some((data, after))),
        [] | [b'\r'] => Ok(None),
        _ => malformed(format!("a chunk of {size} bytes is not followed by CRLF")),
    }
}
