//! First reading: the request line, taken apart by hand: `GET /hello HTTP/1.1`.
//!
//! No I/O here. Stage 3 leaves this work to `httparse`; a test proves that the two agree.

use crate::fault::Fault;
use crate::syntax::{is_token, is_uri, text_if};
use crate::version::Version;

/// What a request line says (RFC 9112 s3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine<'l> {
    /// What to do: `GET`.
    pub method: &'l str,
    /// With what: `/hello?name=Ada`.
    pub target: &'l str,
    /// In which version of the protocol.
    pub version: Version,
}

impl<'l> RequestLine<'l> {
    /// Takes a request line apart, without its CRLF.
    ///
    /// # Errors
    /// The fault of the first part that is wrong.
    // ANCHOR: parse
    pub fn parse(line: &'l [u8]) -> Result<RequestLine<'l>, Fault> {
        let mut parts = line.split(|&byte| byte == b' ');
        let (Some(method), Some(target), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Fault::NotThreeParts(line.to_vec()));
        };
        Ok(RequestLine {
            method: text_if(is_token, method).ok_or_else(|| Fault::Method(method.to_vec()))?,
            target: text_if(is_uri, target).ok_or_else(|| Fault::Target(target.to_vec()))?,
            version: Version::parse(version)?,
        })
    }
    // ANCHOR_END: parse
}

#[cfg(test)]
mod tests;
