//! Hardening: the versions of HTTP, and which of them a server speaks.

use std::fmt::{self, Display};

use crate::fault::Fault;

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

impl Version {
    /// The version that a request line names.
    ///
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
