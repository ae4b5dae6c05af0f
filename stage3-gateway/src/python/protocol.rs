//! What crosses between the server and a Python worker: frames of a letter, a length, and so many
//! bytes; and which frame may come when.
//!
//! The lengths are the point. A stream has no messages (stage 1), and its end can't tell "that was
//! all" from "something broke". So each piece says how long it is, and the end has a frame of its
//! own, as the last-chunk has in HTTP.
//!
//! ```text
//! server                                     worker
//!                                      <-    P  a worker has taken the connection: its pid
//! Q  a request: names and values       ->
//!                                      <-    R  the application reads: send at most so many bytes
//! C  a piece of the request's body     ->       (an empty one is its end)
//! F  the body can't be had: why        ->       (instead of C)
//!                                      <-    H  status and headers
//!                                      <-    B  a piece of the response's body
//!                                      <-    E  the response is complete
//!                                      <-    X  the application failed (instead of E)
//!                                      <-    D  close() has returned: this worker is free
//! ```
//!
//! A response is complete before its worker is free, since the application's `close()` comes after
//! it and may take its time. If one frame said both, the server would give the next request to a
//! worker that is still busy with the last one, and what that asks for then would be taken for a part
//! of the next conversation. With two frames each side knows at any time what may come, and a frame
//! that may not ends the connection: [`Expected`] is the server's half of that, and the worker has
//! its own. So bytes of one request never become another's, whatever an application does.

use std::fmt::{self, Display};

/// A frame's letter and the four bytes of its length, the most significant first.
const START: usize = 5;
/// The longest frame that a worker may send. It cuts pieces of a body to 64 KiB, and refuses status
/// and headers that would be longer than this.
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
    /// `D`.
    Done,
}

/// What a worker may say next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It has a request: status and headers, unless the application reads or fails.
    Head,
    /// Pieces of the body, until its end.
    Body,
    /// That it is free: the response is complete, or the application has failed.
    Done,
    /// Nothing, until it has another request.
    Nothing,
}

impl Expected {
    /// What may come after this frame; `None` if the frame itself may not come now.
    // ANCHOR: after
    pub fn after(self, frame: &Frame) -> Option<Expected> {
        match (self, frame) {
            (Expected::Head | Expected::Body, Frame::Read(_)) => Some(self),
            (Expected::Head, Frame::Head(_)) => Some(Expected::Body),
            (Expected::Body, Frame::Piece(_)) => Some(Expected::Body),
            (Expected::Body, Frame::End) => Some(Expected::Done),
            (Expected::Head | Expected::Body, Frame::Failed(_)) => Some(Expected::Done),
            (Expected::Done, Frame::Done) => Some(Expected::Nothing),
            _ => None,
        }
    }
    // ANCHOR_END: after
}

/// A frame that no worker sends. The worker's code is ours, so this is our own fault, or that of an
/// application that writes to a descriptor that isn't its own.
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
        b'E' if payload.is_empty() => Frame::End,
        b'D' if payload.is_empty() => Frame::Done,
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
