//! Hardening: what can be wrong with a request's head, and the status that tells the client.

use std::fmt::{self, Display};

use crate::escape::Escaped;
use crate::limits::{FIELDS, HEADER_SECTION, REQUEST_LINE};

/// A fault of the client's. `Display` says what was wrong, in words for whoever wrote the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A line feed without a carriage return before it, or the reverse.
    BareLineEnd,
    /// More than one empty line before the request line.
    EmptyLines,
    /// The client ended its side of the connection inside the head.
    Truncated,
    /// The request line is not three parts with one space between each two.
    NotThreeParts(Vec<u8>),
    /// The method is no token.
    Method(Vec<u8>),
    /// The request target is empty, or holds a byte that every client percent-encodes there.
    Target(Vec<u8>),
    /// The version is not of the form `HTTP/1.1`.
    VersionSyntax(Vec<u8>),
    /// A version of HTTP other than 1.0 and 1.1.
    Version(Vec<u8>),
    /// The server does not know this method.
    UnknownMethod(Vec<u8>),
    /// The request line is longer than [`REQUEST_LINE`].
    RequestLineTooLong,
    /// The header section is longer than [`HEADER_SECTION`].
    HeaderSectionTooLarge,
    /// The header section has more than [`FIELDS`] lines.
    TooManyFields,
    /// The head was not whole in time.
    TooSlow,
}

impl Fault {
    /// The status code that goes with it (RFC 9110 s15, RFC 6585 s5).
    pub fn status(&self) -> u16 {
        match self {
            Fault::BareLineEnd | Fault::EmptyLines | Fault::Truncated => 400,
            Fault::NotThreeParts(_) | Fault::Method(_) | Fault::Target(_) => 400,
            Fault::VersionSyntax(_) => 400,
            Fault::TooSlow => 408,
            Fault::RequestLineTooLong => 414,
            Fault::HeaderSectionTooLarge | Fault::TooManyFields => 431,
            Fault::UnknownMethod(_) => 501,
            // RFC 9110 s6.2 would serve 1.2 as 1.1; nobody sends it.
            Fault::Version(_) => 505,
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fault::BareLineEnd => write!(f, "a line of the head does not end with CR LF"),
            Fault::EmptyLines => write!(f, "more than one empty line before the request line"),
            Fault::Truncated => write!(f, "the head ended before its empty line"),
            Fault::NotThreeParts(line) => {
                write!(f, "the request line is not \"method target version\": {}", Escaped(line))
            }
            Fault::Method(method) => write!(f, "the method is no token: {}", Escaped(method)),
            Fault::Target(target) => {
                let what = "is empty, or holds a byte that must be percent-encoded";
                write!(f, "the request target {what}: {}", Escaped(target))
            }
            Fault::VersionSyntax(version) => {
                write!(f, "the version is not of the form HTTP/1.1: {}", Escaped(version))
            }
            Fault::Version(version) => {
                write!(f, "this server speaks HTTP/1.0 and HTTP/1.1, not {}", Escaped(version))
            }
            Fault::UnknownMethod(method) => {
                write!(f, "this server does not know the method {}", Escaped(method))
            }
            Fault::RequestLineTooLong => {
                write!(f, "the request line is longer than {REQUEST_LINE} bytes")
            }
            Fault::HeaderSectionTooLarge => {
                write!(f, "the header section is longer than {HEADER_SECTION} bytes")
            }
            Fault::TooManyFields => write!(f, "the header section has more than {FIELDS} fields"),
            Fault::TooSlow => write!(f, "the head was not whole in time"),
        }
    }
}
