//! First reading: the request line, taken apart by hand: `GET /hello HTTP/1.1`.
//!
//! No I/O here. Stage 3 leaves this work to `httparse`; a test proves that the two agree.

use std::fmt::{self, Display};

use crate::fault::Fault;

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

/// A version of HTTP that this server speaks. The order is that of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// HTTP/1.0: no `Host`, no chunked transfer coding, connections end after each answer.
    Http10,
    /// HTTP/1.1.
    Http11,
}

impl Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Version::Http10 => "HTTP/1.0",
            Version::Http11 => "HTTP/1.1",
        })
    }
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
            method: checked(method, is_token).ok_or_else(|| Fault::Method(method.to_vec()))?,
            target: checked(target, is_uri).ok_or_else(|| Fault::Target(target.to_vec()))?,
            version: Version::parse(version)?,
        })
    }
    // ANCHOR_END: parse
}

impl Version {
    /// # Errors
    /// `Version` for a version that we do not speak, `VersionSyntax` for what is no version.
    // ANCHOR: version
    pub fn parse(text: &[u8]) -> Result<Version, Fault> {
        match text {
            b"HTTP/1.1" => Ok(Version::Http11),
            b"HTTP/1.0" => Ok(Version::Http10),
            [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
                if major.is_ascii_digit() && minor.is_ascii_digit() =>
            {
                Err(Fault::Version(text.to_vec()))
            }
            _ => Err(Fault::VersionSyntax(text.to_vec())),
        }
    }
    // ANCHOR_END: version
}

/// The bytes as text, if they pass the test. All that passes one of ours is ASCII.
fn checked(bytes: &[u8], test: fn(&[u8]) -> bool) -> Option<&str> {
    if test(bytes) { str::from_utf8(bytes).ok() } else { None }
}

/// Whether this is a token: a word without separators (RFC 9110 s5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    let is_tchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_tchar)
}

/// Whether all bytes may stand in a URI's path or query: unreserved, reserved but for `#`, or a
/// percent sign with two hexadecimal digits (RFC 3986 s2; a request target has no fragment).
pub fn is_uri(bytes: &[u8]) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=".contains(&byte);
    let is_encoded = |at: usize| {
        bytes[at] == b'%'
            && bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    !bytes.is_empty() && (0..bytes.len()).all(|at| is_plain(bytes[at]) || is_encoded(at))
}
