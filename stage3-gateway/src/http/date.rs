//! Hardening: the `Date` of a response, formatted once a second: it is the same for all responses of
//! that second, and making it anew takes a tenth of what a small response takes.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use stage2_single_request::date::http_date_at;

use crate::http::encoder::line;

thread_local! {
    /// The second, and how HTTP writes it. Each thread has its own, so nobody waits for a lock.
    static LAST: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
}

/// Appends the field line `Date`, with the time as it is now; nothing if the clock is out of order.
pub fn date_line(out: &mut Vec<u8>) {
    date_line_at(SystemTime::now(), out);
}

fn date_line_at(now: SystemTime, out: &mut Vec<u8>) {
    let Ok(since) = now.duration_since(UNIX_EPOCH) else { return };
    LAST.with_borrow_mut(|(second, text)| {
        if *second != since.as_secs() || text.is_empty() {
            (*second, *text) = (since.as_secs(), http_date_at(now).unwrap_or_default());
        }
        if !text.is_empty() {
            line(out, &[b"Date: ", text.as_bytes()]);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::thread::yield_now;
    use std::time::{Duration, Instant};

    use super::*;

    fn now() -> Vec<u8> {
        let mut out = Vec::new();
        date_line(&mut out);
        out
    }

    #[test]
    fn the_date_goes_on() {
        let (first, deadline) = (now(), Instant::now() + Duration::from_secs(10));
        while now() == first {
            assert!(Instant::now() < deadline, "it is still {first:?}");
            yield_now();
        }
    }

    #[test]
    fn a_clock_out_of_order_has_no_date_and_one_that_is_set_right_has() {
        let second = Duration::from_secs(1);
        let (before, right) = (UNIX_EPOCH - second, UNIX_EPOCH + 86_400 * second);
        let after = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        for (time, expected) in [
            (before, ""),
            (right, "Date: Fri, 02 Jan 1970 00:00:00 GMT\r\n"),
            (after, ""),
            (UNIX_EPOCH + Duration::from_secs(u64::MAX >> 1), ""),
            (right, "Date: Fri, 02 Jan 1970 00:00:00 GMT\r\n"),
        ] {
            let mut out = Vec::new();
            date_line_at(time, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{time:?}");
        }
    }
}
