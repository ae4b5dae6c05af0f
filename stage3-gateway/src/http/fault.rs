//! Hardening: what can be wrong with a request, and the status that tells the client.

use std::fmt::{self, Display};

use stage2_single_request::escape::Escaped;
use stage2_single_request::fault::Fault as HeadFault;

/// A fault of the client's. `Display` says what was wrong, in words for whoever wrote the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What stage 2 would refuse already.
    Head(HeadFault),
    /// A field line is malformed; the words are `httparse`'s.
    Field(&'static str),
    /// The request target has none of the forms that its method allows.
    TargetForm(Vec<u8>),
    /// `CONNECT`: this server is no proxy.
    Connect,
    /// `Host` is missing, repeated or malformed.
    Host(&'static str),
    /// `Content-Length` is repeated, or no number.
    ContentLength(Vec<u8>),
    /// `Transfer-Encoding` beside `Content-Length`, in HTTP/1.0, or without a final `chunked`.
    TransferEncoding(&'static str),
    /// A transfer coding other than `chunked`.
    UnknownCoding(Vec<u8>),
    /// The chunked transfer coding is malformed.
    Chunk(&'static str),
    /// The content is longer than the server takes, in bytes.
    ContentTooLarge(u64),
    /// The client ended its side of the connection inside the content.
    ContentTruncated,
    /// The content did not come in time.
    ContentTooSlow,
    /// An expectation other than `100-continue`.
    Expectation(Vec<u8>),
}

impl Fault {
    /// The status code that goes with it (RFC 9110 s15).
    pub fn status(&self) -> u16 {
        match self {
            Fault::Head(fault) => fault.status(),
            Fault::Field(_) | Fault::TargetForm(_) | Fault::Host(_) => 400,
            Fault::ContentLength(_) | Fault::TransferEncoding(_) | Fault::Chunk(_) => 400,
            Fault::ContentTruncated => 400,
            Fault::ContentTooSlow => 408,
            Fault::ContentTooLarge(_) => 413,
            Fault::Expectation(_) => 417,
            Fault::Connect | Fault::UnknownCoding(_) => 501,
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fault::Head(fault) => fault.fmt(f),
            Fault::Field(what) => write!(f, "a field line is malformed: {what}"),
            Fault::TargetForm(target) => {
                write!(f, "no request target for this method: {}", Escaped(target))
            }
            Fault::Connect => write!(f, "this server is no proxy: it does not know CONNECT"),
            Fault::Host(what) => write!(f, "the Host field is {what}"),
            Fault::ContentLength(value) => {
                write!(f, "Content-Length is not one number: {}", Escaped(value))
            }
            Fault::TransferEncoding(what) => write!(f, "Transfer-Encoding {what}"),
            Fault::UnknownCoding(coding) => {
                write!(f, "this server knows the transfer coding chunked, not {}", Escaped(coding))
            }
            Fault::Chunk(what) => write!(f, "the chunked transfer coding is malformed: {what}"),
            Fault::ContentTooLarge(most) => write!(f, "the content is longer than {most} bytes"),
            Fault::ContentTruncated => write!(f, "the content ended too early"),
            Fault::ContentTooSlow => write!(f, "the content did not come in time"),
            Fault::Expectation(value) => {
                write!(f, "this server can't meet the expectation {}", Escaped(value))
            }
        }
    }
}

impl std::error::Error for Fault {}

impl From<HeadFault> for Fault {
    fn from(fault: HeadFault) -> Fault {
        Fault::Head(fault)
    }
}
