//! Hardening: what can go wrong between a server and an application, and whose fault it is.

use std::error::Error as StdError;
use std::fmt::{self, Display};
use std::io;

use crate::http::fault::Fault;
use crate::http::malformed::Malformed;

/// An error that an application hands to `start_response`, when it wants to answer with an error
/// in place of what it had started (the `exc_info` of PEP 3333).
pub type ExcInfo = Box<dyn StdError + Send + Sync>;

/// Why a request could not be answered as intended.
#[derive(Debug)]
pub enum Error {
    /// The application failed: its own affair, a 500 for the client.
    Application(Box<dyn StdError + Send + Sync>),
    /// The application broke a rule of PEP 3333: a 500 for the client.
    Rule(&'static str),
    /// The application wants to send what must not be sent: a 500 for the client.
    Malformed(Malformed),
    /// The application panicked; the panic's own message is on standard error already.
    Panic,
    /// Another process runs the application, and does not answer as it should: 502 or 504 for the
    /// client (RFC 9110 s15.6.3, s15.6.5).
    Upstream {
        /// The status.
        status: u16,
        /// What is wrong with it.
        why: String,
    },
    /// The content of the request is at fault: the client gets the status of the fault.
    Request(Fault),
    /// The client has gone, or does not take what is sent: there is nobody to answer.
    Connection(io::Error),
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Application(error) => write!(f, "the application failed: {error}"),
            Error::Rule(rule) => write!(f, "{rule} (PEP 3333)"),
            Error::Malformed(what) => write!(f, "the application must not send this: {what}"),
            Error::Panic => write!(f, "the application panicked"),
            Error::Upstream { why, .. } => f.write_str(why),
            Error::Request(fault) => write!(f, "{fault}"),
            Error::Connection(error) => write!(f, "the client has gone: {error}"),
        }
    }
}

impl StdError for Error {}

/// So that `?` works on what an application reads: an input fails with an [`io::Error`] that holds
/// one of ours, and everything else that fails in I/O is the application's own.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(ours) => ours,
            Err(other) => Error::Application(other.into()),
        }
    }
}

/// So that an input can fail with one of ours.
impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::other(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Request(fault)
    }
}

impl From<Malformed> for Error {
    fn from(what: Malformed) -> Error {
        Error::Malformed(what)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Error {
        Error::Application(message.into())
    }
}
