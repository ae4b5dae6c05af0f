//! Hardening: how large content may be, and how long a client may take over it.

use std::time::Duration;

use stage1_echo::contract::{Failure, variable};
use stage2_single_request::limits::{HeadPatience, seconds_from_env};

use crate::pace::Pace;

/// The longest content that is taken from a client, in bytes, unless `CONTENT_LIMIT` says another.
pub const CONTENT: u64 = 8 * 1024 * 1024;
/// How much unread content is read and dropped to keep a connection; more than that costs more
/// than a new connection does.
pub const DISCARD: u64 = 64 * 1024;
/// A client may be slow for so long before its average counts.
const GRACE: Duration = Duration::from_secs(10);
/// How long a client may send nothing in the middle of content.
const READ_SILENCE: Duration = Duration::from_secs(10);
/// How long a client may take nothing in the middle of an answer: it may have more to do.
const WRITE_SILENCE: Duration = Duration::from_secs(30);
/// How long a persistent connection may be idle between two requests.
const IDLE: Duration = Duration::from_secs(5);

/// How long a client is waited for, and how much it may send.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request.
    pub head: HeadPatience,
    /// Between two requests.
    pub idle: Duration,
    /// For content, at first.
    pub grace: Duration,
    /// For the next bytes of content.
    pub read_silence: Duration,
    /// For the client to take more of the answer.
    pub write_silence: Duration,
    /// The longest content, in bytes.
    pub content: u64,
}

impl Patience {
    /// The usual times; `IDLE_TIMEOUT` (in seconds) replaces the idle one and shortens those for
    /// content. `CONTENT_LIMIT` (in bytes) replaces the longest content.
    ///
    /// # Errors
    /// `Usage` if `IDLE_TIMEOUT` is not a time, or `CONTENT_LIMIT` not a number.
    pub fn from_env(head: HeadPatience) -> Result<Patience, Failure> {
        let idle = seconds_from_env("IDLE_TIMEOUT")?;
        let shortened = |usual: Duration| idle.map_or(usual, |idle| usual.min(idle));
        Ok(Patience {
            head,
            idle: idle.unwrap_or(IDLE),
            grace: shortened(GRACE),
            read_silence: shortened(READ_SILENCE),
            write_silence: shortened(WRITE_SILENCE),
            content: content_from_env()?,
        })
    }

    /// An account of a client that sends content.
    pub fn for_reading(&self) -> Pace {
        Pace::new(self.grace, self.read_silence)
    }

    /// An account of a client that takes an answer.
    pub fn for_writing(&self) -> Pace {
        Pace::new(self.grace, self.write_silence)
    }
}

fn content_from_env() -> Result<u64, Failure> {
    let Some(text) = variable("CONTENT_LIMIT") else { return Ok(CONTENT) };
    text.parse().map_err(|_| {
        Failure::Usage(format!(
            "CONTENT_LIMIT is {text:?}; it must be a number of bytes, such as {CONTENT}"
        ))
    })
}
