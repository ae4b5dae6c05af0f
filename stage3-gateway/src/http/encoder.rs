//! First reading: the content of a response, framed so that the client sees its end (RFC 9112 s6).

use std::io::Write;

/// Frames the content of one response.
#[derive(Debug)]
pub struct Encoder {
    framing: Framing,
    persistent: bool,
}

/// How the client learns where the content ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none, whatever the application yields: HEAD, 204, 304.
    Nothing,
    /// `Content-Length` says it.
    Length {
        /// How many bytes are still to come.
        left: u64,
    },
    /// The chunked transfer coding says it.
    Chunked,
    /// HTTP/1.0: it ends with the connection.
    UntilClose,
}

impl Encoder {
    /// Frames content in that way. `persistent`: the connection could go on afterwards.
    pub fn new(framing: Framing, persistent: bool) -> Encoder {
        Encoder { framing, persistent }
    }

    /// Whether the client is to get more content, so that asking for the next piece makes sense.
    pub fn wants_content(&self) -> bool {
        !matches!(self.framing, Framing::Nothing | Framing::Length { left: 0 })
    }

    /// Frames a piece of content and appends it to `out`. What goes beyond the declared length is
    /// cut off. Returns how many bytes of content it appended.
    // ANCHOR: piece
    pub fn piece(&mut self, piece: &[u8], out: &mut Vec<u8>) -> usize {
        match &mut self.framing {
            Framing::Nothing => return 0,
            Framing::Length { left } => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(piece.len());
                *left -= length as u64;
                out.extend_from_slice(&piece[..length]);
                return length;
            }
            Framing::Chunked if piece.is_empty() => {} // an empty chunk would be the last
            Framing::Chunked => {
                let _ = write!(out, "{:x}\r\n", piece.len()); // a Vec takes everything
                line(out, &[piece]);
            }
            Framing::UntilClose => out.extend_from_slice(piece),
        }
        piece.len()
    }
    // ANCHOR_END: piece

    /// Appends what ends the content, and returns whether the connection can go on. It can't if
    /// bytes are missing that the head promised.
    // ANCHOR: finish
    pub fn finish(&self, out: &mut Vec<u8>) -> bool {
        if self.framing == Framing::Chunked {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        self.persistent && self.missing() == 0
    }
    // ANCHOR_END: finish

    /// How many bytes the head promised that have not come yet.
    pub fn missing(&self) -> u64 {
        if let Framing::Length { left } = self.framing { left } else { 0 }
    }
}

/// Appends a line, put together from its parts.
// ANCHOR: line
pub fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out.extend_from_slice(b"\r\n");
}
// ANCHOR_END: line
