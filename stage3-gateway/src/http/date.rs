//! Hardening: the `Date` of a response, formatted once a second: it is the same for all responses of
//! that second, and making it anew takes a tenth of what a small response takes.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use stage2_single_request::date::http_date;

use crate::http::encoder::line;

thread_local! {
    /// The second, and how HTTP writes it. Each thread has its own, so nobody waits for a lock.
    static LAST: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
}

/// Appends the field line `Date`, with the time as it is now.
pub fn date_line(out: &mut Vec<u8>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    LAST.with_borrow_mut(|(second, text)| {
        if *second != now || text.is_empty() {
            (*second, *text) = (now, http_date());
        }
        line(out, &[b"Date: ", text.as_bytes()]);
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
}
