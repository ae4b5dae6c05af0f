//! First reading: the request line, taken apart by hand: `GET /hello HTTP/1.1`.
//!
//! No I/O here. `httparse` could do this, too, and a test of stage 3 proves that the two agree. But it
//! takes only targets that are UTF-8, so stage 3 keeps this reader, and leaves the fields to `httparse`.

use crate::fault::Fault;
use crate::syntax::{is_request_target, is_token, text_if};
use crate::version::Version;

/// What a request line says (RFC 9112 s3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine<'l> {
    /// What to do: `GET`.
    pub method: &'l str,
    /// With what: `/hello?name=Ada`. These are bytes and not text: curl sends an `é` as it stands in
    /// the address, in whichever encoding the terminal has.
    pub target: &'l [u8],
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
        let Some(method) = text_if(is_token, method) else {
            return Err(Fault::Method(method.to_vec()));
        };
        if !is_request_target(target) {
            return Err(Fault::Target(target.to_vec()));
        }
        Ok(RequestLine { method, target, version: Version::parse(version)? })
    }
    // ANCHOR_END: parse
}

#[cfg(test)]
mod tests;
