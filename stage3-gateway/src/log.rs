//! Hardening: what is printed of each request.

use std::net::SocketAddr;
use std::process;
use std::time::SystemTime;

use stage1_echo::terminal::say;
use stage2_single_request::date::http_date_at;
use stage2_single_request::log;

use crate::gateway::response::Outcome;

/// How much of a request line is logged, in bytes. It may be 16 times as long; a log in which one
/// client can fill the disk serves nobody.
const LOGGED: usize = 1024;
/// How long that may become by escaping: with the rest of its line it is still what a pipe takes as a
/// whole, so that lines of several processes don't mix.
const ESCAPED: usize = 3 * 1024;

/// What a server prints of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// Nothing.
    Quiet,
    /// Both heads, line by line: to watch and learn.
    Heads,
    /// One line in the Common Log Format: to find out later what happened. Where each request has
    /// a process, its pid stands at the end.
    Access {
        /// Whether it does.
        pid: bool,
    },
}

impl Log {
    /// A head, or what came in its place, has been received.
    pub fn received(self, head: &[u8]) {
        if self == Log::Heads {
            log::received(head);
        }
    }

    /// A head is about to be sent.
    pub fn sent(self, head: &[u8]) {
        if self == Log::Heads {
            log::sent(head);
        }
    }

    /// The request with this head has been answered.
    pub fn answered(self, client: SocketAddr, head: &[u8], outcome: Outcome) {
        if let Log::Access { pid } = self {
            let pid = if pid { format!(" {}", process::id()) } else { String::new() };
            say(format_args!("{}{pid}", access_line(client, head, outcome)));
        }
    }
}

/// One request in the Common Log Format: who asked, when, for what; status and bytes of content. As for
/// everything that isn't known, there is a hyphen for the time if the clock is out of order.
pub fn access_line(client: SocketAddr, head: &[u8], outcome: Outcome) -> String {
    let head = head.strip_prefix(b"\r\n").unwrap_or(head);
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or(head);
    let line = line[..logged(line)].escape_ascii();
    let (ip, when) = (client.ip(), timestamp(SystemTime::now()));
    format!("{ip} - - [{when}] \"{line}\" {} {}", outcome.status, outcome.sent)
}

/// How many bytes of a request line are logged.
fn logged(line: &[u8]) -> usize {
    let mut room = ESCAPED;
    let fits = |byte: &&u8| {
        let length = byte.escape_ascii().len();
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    };
    line.iter().take(LOGGED).take_while(fits).count()
}

/// The Common Log Format's way to write a time: `22/Nov/2026:15:28:06 +0000`.
fn timestamp(time: SystemTime) -> String {
    let Some(date) = http_date_at(time) else { return "-".to_string() };
    let (day, month, year) = (&date[5..7], &date[8..11], &date[12..16]);
    format!("{day}/{month}/{year}:{} +0000", &date[17..25])
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_time_that_no_log_can_write_is_a_hyphen() {
        let second = Duration::from_secs(1);
        assert_eq!(timestamp(UNIX_EPOCH + 86_400 * second), "02/Jan/1970:00:00:00 +0000");
        assert_eq!(timestamp(UNIX_EPOCH - second), "-");
        assert_eq!(
            timestamp(UNIX_EPOCH + Duration::from_secs(253_402_300_799)),
            "31/Dec/9999:23:59:59 +0000"
        );
        assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(253_402_300_800)), "-");
    }

    #[test]
    fn a_line_fits_into_what_a_pipe_takes_at_once_whatever_is_escaped_in_it() {
        let client = SocketAddr::from(([0; 16], 65_535));
        let outcome = Outcome { status: 200, sent: u64::MAX, persistent: false };
        for (byte, shown) in [(b'x', LOGGED), (b'"', LOGGED), (0xFF, ESCAPED / 4)] {
            let line = access_line(client, &[&[byte; 16_000][..], b"\r\n\r\n"].concat(), outcome);
            assert!(line.len() < 4000, "{} bytes", line.len());
            let escaped = byte.escape_ascii().to_string();
            assert_eq!(
                line.matches(&format!("{escaped}{escaped}")).count(),
                shown / 2,
                "{escaped}"
            );
        }
    }
}
