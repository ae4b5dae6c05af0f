//! First reading: a response's head, and how its content will be framed (RFC 9112 s4 and s6).

use stage2_single_request::syntax::digits;
use stage2_single_request::version::Version;

use crate::http::date::date_line;
use crate::http::encoder::{Encoder, Framing, line};
use crate::http::head::Head as RequestHead;
use crate::http::malformed::{Malformed, check_field, latin_1, status_code};

/// What the server's own fields take, and content that is short.
const REST: usize = 256;

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
    // ANCHOR: asked
    pub fn by(request: &RequestHead) -> Asked {
        Asked {
            head_only: request.method == "HEAD",
            version: request.version,
            persistent: request.persistent,
        }
    }
    // ANCHOR_END: asked
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

impl Head {
    /// Checks what an application says of its response.
    ///
    /// # Errors
    /// What must not be sent, so that no value from outside can add a field or a second response.
    // ANCHOR: new
    pub fn new(status: &str, fields: &[(&str, &[u8])]) -> Result<Head, Malformed> {
        let mut lines = Vec::with_capacity(256);
        let code = status_code(status)?;
        line(&mut lines, &[b"HTTP/1.1 ", &latin_1(status)]);
        let mut head = Head { status: code, lines, length: None, has_date: false };
        for &(name, value) in fields {
            head.add(name, value)?;
        }
        Ok(head)
    }
    // ANCHOR_END: new

    // ANCHOR: add
    fn add(&mut self, name: &str, value: &[u8]) -> Result<(), Malformed> {
        check_field(name, value)?;
        if name.eq_ignore_ascii_case("content-length") {
            let length = digits(value).filter(|_| self.length.is_none());
            self.length = Some(length.ok_or_else(|| Malformed::Length(value.to_vec()))?);
            return Ok(());
        }
        self.has_date |= name.eq_ignore_ascii_case("date");
        line(&mut self.lines, &[name.as_bytes(), b": ", value]);
        Ok(())
    }
    // ANCHOR_END: add

    /// Finishes the head, appends it to `out`, and returns what frames the content. `known` is
    /// the length of the content if the server can tell without the application's word.
    // ANCHOR: send
    pub fn send(self, asked: Asked, known: Option<u64>, out: &mut Vec<u8>) -> Encoder {
        let has_content = !matches!(self.status, 204 | 304);
        let length = match self.length {
            Some(_) if self.status == 204 => None, // RFC 9110 s8.6
            _ if self.status == 205 => Some(0),    // no content, and framed: RFC 9110 s15.3.6
            None if !has_content => None,
            // An application may leave out the content that HEAD does not ask for: that an empty
            // body is as long as the real one is not known.
            None if asked.head_only => known.filter(|&length| length > 0),
            declared => declared.or(known),
        };
        let framing = match length {
            _ if asked.head_only || !has_content => Framing::Nothing,
            Some(left) => Framing::Length { left },
            None if asked.version == Version::Http11 => Framing::Chunked,
            None => Framing::UntilClose,
        };
        let persistent = asked.persistent && framing != Framing::UntilClose;
        out.reserve(self.lines.len() + REST);
        out.extend_from_slice(&self.lines);
        if !self.has_date {
            date_line(out);
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
        Encoder::new(framing, persistent)
    }
    // ANCHOR_END: send
}

#[cfg(test)]
mod tests;
