//! Hardening: how large, how many, how long. Each number bounds what one client can cost us.

use std::time::Duration;

use stage1_echo::contract::{Failure, variable};

/// The longest request line, without its CRLF. RFC 9112 s3 asks every server for 8,000 bytes at
/// least; twice that leaves room for long queries.
pub const REQUEST_LINE: usize = 16 * 1024;
/// The longest header section: all field lines with their CRLFs.
pub const HEADER_SECTION: usize = 64 * 1024;
/// The most field lines in a header section; a common default.
pub const FIELDS: usize = 100;
/// The time for a whole head, however its bytes are spread: a limit for each read would let a
/// client hold us for ever with a byte now and then.
const HEAD: Duration = Duration::from_secs(10);
/// How long a server that serves one client at a time waits for the first byte: browsers open
/// connections ahead of need and say nothing on them, and the page must not freeze meanwhile.
const FIRST_BYTE: Duration = Duration::from_secs(1);
/// How long to wait for a client that we stopped listening to; see [`crate::close`].
pub const LINGER: Duration = Duration::from_secs(2);
/// How long a client may take to accept the small answer of this stage.
pub const WRITE: Duration = Duration::from_secs(10);

/// How long to wait for a head.
#[derive(Debug, Clone, Copy)]
pub struct HeadPatience {
    /// Until its first byte; a connection on which nothing comes is closed without a word.
    pub first_byte: Duration,
    /// Until its last byte; later than that is answered with 408.
    pub whole: Duration,
}

impl HeadPatience {
    /// For a server that serves one client at a time; `HEAD_TIMEOUT` (in seconds) replaces the
    /// time for the whole head.
    ///
    /// # Errors
    /// `Usage` if `HEAD_TIMEOUT` is not a time.
    pub fn sequential_from_env() -> Result<HeadPatience, Failure> {
        let whole = seconds_from_env("HEAD_TIMEOUT")?.unwrap_or(HEAD);
        Ok(HeadPatience { first_byte: whole.min(FIRST_BYTE), whole })
    }

    /// For a server that serves many at once: a silent client is in nobody's way.
    ///
    /// # Errors
    /// `Usage` if `HEAD_TIMEOUT` is not a time.
    pub fn concurrent_from_env() -> Result<HeadPatience, Failure> {
        let whole = seconds_from_env("HEAD_TIMEOUT")?.unwrap_or(HEAD);
        Ok(HeadPatience { first_byte: whole, whole })
    }
}

/// A time in seconds, fractions allowed, from a variable of the environment, if it is set.
///
/// # Errors
/// `Usage` if it is not a number above 0 and at most a day.
pub fn seconds_from_env(name: &str) -> Result<Option<Duration>, Failure> {
    let Some(text) = variable(name) else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => {
            Ok(Some(Duration::from_secs_f64(seconds).max(Duration::from_millis(1))))
        }
        _ => Err(Failure::Usage(format!(
            "{name} is {text:?}; it must be a number of seconds, such as 0.5 or 10"
        ))),
    }
}
