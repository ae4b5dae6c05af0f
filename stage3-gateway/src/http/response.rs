//! First reading: a response's head, and how its content is framed (RFC 9112 s4 and s6).

use std::fmt::{self, Display};
use std::io::Write;

use stage2_single_request::date::http_date;
use stage2_single_request::escape::Escaped;
use stage2_single_request::syntax::is_token;
use stage2_single_request::version::Version;

use crate::http::head::Head as RequestHead;

/// What of the request decides about the form of its response.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// `HEAD` asks for the fields only.
    pub head_only: bool,
    /// HTTP/1.0 does not know the chunked transfer coding.
    pub version: Version,
    /// Whether client and server both would go on with this connection.
    pub persistent: bool,
}

impl Asked {
    /// What a request asks for.
    pub fn by(request: &RequestHead) -> Asked {
        Asked {
            head_only: request.method == "HEAD",
            version: request.version,
            persistent: request.persistent,
        }
    }
}

/// A response's head, checked and not sent yet.
#[derive(Debug)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// Status line and fields but for `Content-Length`, as they are sent.
    lines: Vec<u8>,
    length: Option<u64>,
    has_date: bool,
}

/// What an application must not put into a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    /// Not of the form `200 OK`, or not from 200 to 599.
    Status(String),
    /// A name that is no token, or a value with a CR, LF or NUL in it.
    Field(String, Vec<u8>),
    /// A field that is about one connection and so the server's business (PEP 3333).
    HopByHop(String),
    /// `Content-Length` is no number, or there are two.
    Length(Vec<u8>),
}

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Malformed::Status(status) => {
                write!(f, "the status must look like \"200 OK\", from 200 to 599: {status:?}")
            }
            Malformed::Field(name, value) => {
                write!(f, "the field {name:?} must not have the value {}", Escaped(value))
            }
            Malformed::HopByHop(name) => write!(f, "the field {name} is the server's to send"),
            Malformed::Length(value) => {
                write!(f, "Content-Length must be one number: {}", Escaped(value))
            }
        }
    }
}

/// Fields that speak of one connection (RFC 2616 s13.5.1, which PEP 3333 refers to).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

impl Head {
    /// Checks what an application says of its response.
    ///
    /// # Errors
    /// What must not be sent, so that no value from outside can add a field or a second response.
    // ANCHOR: new
    pub fn new(status: &str, fields: &[(&str, &[u8])]) -> Result<Head, Malformed> {
        let mut lines = Vec::with_capacity(256);
        let code = status_code(status).ok_or_else(|| Malformed::Status(status.to_string()))?;
        line(&mut lines, &[b"HTTP/1.1 ", status.as_bytes()]);
        let mut head = Head { status: code, lines, length: None, has_date: false };
        for &(name, value) in fields {
            head.add(name, value)?;
        }
        Ok(head)
    }
    // ANCHOR_END: new

    fn add(&mut self, name: &str, value: &[u8]) -> Result<(), Malformed> {
        if !is_token(name.as_bytes()) || value.iter().any(|byte| b"\r\n\0".contains(byte)) {
            return Err(Malformed::Field(name.to_string(), value.to_vec()));
        }
        if HOP_BY_HOP.iter().any(|hop| name.eq_ignore_ascii_case(hop)) {
            return Err(Malformed::HopByHop(name.to_string()));
        }
        if name.eq_ignore_ascii_case("content-length") {
            let length = number(value).filter(|_| self.length.is_none());
            self.length = Some(length.ok_or_else(|| Malformed::Length(value.to_vec()))?);
            return Ok(());
        }
        self.has_date |= name.eq_ignore_ascii_case("date");
        line(&mut self.lines, &[name.as_bytes(), b": ", value]);
        Ok(())
    }

    /// Finishes the head, appends it to `out`, and returns what frames the content. `known` is
    /// the length of the content if the server can tell without the application's word.
    // ANCHOR: send
    pub fn send(self, asked: Asked, known: Option<u64>, out: &mut Vec<u8>) -> Encoder {
        let has_content = !matches!(self.status, 204 | 304);
        let length = match self.length {
            Some(_) if self.status == 204 => None, // RFC 9110 s8.6
            None if !has_content || asked.head_only => None,
            declared => declared.or(known),
        };
        let framing = match length {
            _ if asked.head_only || !has_content => Framing::Nothing,
            Some(left) => Framing::Length { left },
            None if asked.version == Version::Http11 => Framing::Chunked,
            None => Framing::UntilClose,
        };
        let persistent = asked.persistent && framing != Framing::UntilClose;
        out.extend_from_slice(&self.lines);
        if !self.has_date {
            line(out, &[b"Date: ", http_date().as_bytes()]);
        }
        if let Some(length) = length {
            line(out, &[b"Content-Length: ", length.to_string().as_bytes()]);
        }
        if framing == Framing::Chunked {
            line(out, &[b"Transfer-Encoding: chunked"]);
        }
        match (persistent, asked.version) {
            (false, _) => line(out, &[b"Connection: close"]),
            (true, Version::Http10) => line(out, &[b"Connection: keep-alive"]),
            (true, Version::Http11) => {}
        }
        line(out, &[]);
        Encoder { framing, persistent }
    }
    // ANCHOR_END: send
}

/// Frames the content of one response.
#[derive(Debug)]
pub struct Encoder {
    framing: Framing,
    persistent: bool,
}

/// How the client learns where the content ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// There is none, whatever the application yields: HEAD, 204, 304.
    Nothing,
    Length {
        left: u64,
    },
    Chunked,
    /// HTTP/1.0: it ends with the connection.
    UntilClose,
}

impl Encoder {
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
    pub fn finish(&self, out: &mut Vec<u8>) -> bool {
        if self.framing == Framing::Chunked {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        self.persistent && self.missing() == 0
    }

    /// How many bytes the head promised that have not come yet.
    pub fn missing(&self) -> u64 {
        if let Framing::Length { left } = self.framing { left } else { 0 }
    }
}

fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out.extend_from_slice(b"\r\n");
}

/// The code in `200 OK`; a final one, since an application can't send interim responses.
fn status_code(status: &str) -> Option<u16> {
    let (code, reason) = status.split_once(' ')?;
    let is_sound = code.len() == 3 && !reason.contains(|c: char| c.is_control() && c != '\t');
    code.parse().ok().filter(|code| is_sound && (200..600).contains(code))
}

fn number(value: &[u8]) -> Option<u64> {
    let text =
        str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    text.parse().ok()
}

#[cfg(test)]
mod tests;
