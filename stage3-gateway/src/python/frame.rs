//! First reading: what crosses between the server and a Python worker: frames of a letter, a
//! length, and so many bytes.
//!
//! The lengths are the point. A stream has no messages (stage 1), and its end can't tell "that was
//! all" from "something broke". So each piece says how long it is, and the end has a frame of its
//! own, as the last-chunk has in HTTP.
//!
//! ```text
//! P  from the worker  here I am: my pid
//! Q  from the server  a request: names and values of its environ
//! R  from the worker  the application reads: send content, at most so many bytes
//! C  from the server  a piece of content; an empty one is its end
//! F  from the server  the content can't be had: why
//! H  from the worker  status and fields
//! B  from the worker  a piece of the body
//! E  from the worker  the end of the body
//! X  from the worker  the application failed: how
//! ```

use std::fmt::{self, Display};

/// A frame's letter and the four bytes of its length, the most significant first.
const START: usize = 5;
/// The longest frame that a worker may send. Pieces of a body are cut to 64 KiB by the worker, and
/// status and fields are shorter than that too.
pub const LONGEST: usize = 1024 * 1024;

/// What a worker says.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// `P`.
    Pid(u32),
    /// `R`.
    Read(usize),
    /// `H`: the status, then the fields.
    Head(Vec<Vec<u8>>),
    /// `B`.
    Piece(Vec<u8>),
    /// `E`.
    End,
    /// `X`.
    Failed(String),
}

/// What a worker must not say. It is ours, so this would be a fault of our own, or of an application
/// that writes where it should not.
#[derive(Debug, PartialEq, Eq)]
pub struct Garbled;

impl Display for Garbled {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("what the Python worker sent makes no sense")
    }
}

/// Appends a frame.
// ANCHOR: push
pub fn push(letter: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(letter);
    out.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    out.extend_from_slice(payload);
}
// ANCHOR_END: push

/// The first frame in these bytes, and how long it is; `None` if it is not whole yet.
///
/// # Errors
/// `Garbled`.
// ANCHOR: parse
pub fn parse(bytes: &[u8]) -> Result<Option<(Frame, usize)>, Garbled> {
    let Some((start, rest)) = bytes.split_first_chunk::<START>() else { return Ok(None) };
    let [letter, length @ ..] = *start;
    let length = u32::from_be_bytes(length) as usize;
    if length > LONGEST {
        return Err(Garbled);
    }
    let Some(payload) = rest.get(..length) else { return Ok(None) };
    let frame = match letter {
        b'P' => Frame::Pid(number(payload)?),
        b'R' => Frame::Read(number(payload)? as usize),
        b'H' => Frame::Head(strings(payload)?),
        b'B' => Frame::Piece(payload.to_vec()),
        b'E' => Frame::End,
        b'X' => Frame::Failed(String::from_utf8_lossy(payload).into_owned()),
        _ => return Err(Garbled),
    };
    Ok(Some((frame, START + length)))
}
// ANCHOR_END: parse

/// Strings one behind the other, and before them how many and how long they are. Nothing in a
/// string can be taken for its end: a path may hold any byte, NUL too (SCGI has no way to say that).
// ANCHOR: strings
pub fn pack<'s>(strings: impl Iterator<Item = &'s [u8]> + Clone) -> Vec<u8> {
    let mut packed = (strings.clone().count() as u32).to_be_bytes().to_vec();
    for string in strings.clone() {
        packed.extend_from_slice(&(string.len() as u32).to_be_bytes());
    }
    strings.for_each(|string| packed.extend_from_slice(string));
    packed
}
// ANCHOR_END: strings

fn strings(packed: &[u8]) -> Result<Vec<Vec<u8>>, Garbled> {
    let (count, rest) = packed.split_at_checked(4).ok_or(Garbled)?;
    let table = (number(count)? as usize).checked_mul(4).ok_or(Garbled)?;
    let (lengths, mut rest) = rest.split_at_checked(table).ok_or(Garbled)?;
    let mut strings = Vec::new();
    for length in lengths.chunks(4) {
        let (string, behind) = rest.split_at_checked(number(length)? as usize).ok_or(Garbled)?;
        strings.push(string.to_vec());
        rest = behind;
    }
    Ok(strings)
}

fn number(bytes: &[u8]) -> Result<u32, Garbled> {
    Ok(u32::from_be_bytes(bytes.try_into().map_err(|_| Garbled)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
