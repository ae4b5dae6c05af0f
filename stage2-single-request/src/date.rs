//! First reading: the time as HTTP writes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpdate::fmt_http_date;

/// The first second of the year 10000: HTTP writes a year with four digits.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

/// Now, as the `Date` field holds it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 s5.6.7). It always
/// has these 29 characters.
///
/// `None` if the clock is out of order: a machine without a battery believes that it is 1970, or
/// earlier, until it has asked the network. Then there must be no `Date` (RFC 9110 s6.6.1), because a
/// cache would take a wrong one seriously.
pub fn http_date() -> Option<String> {
    http_date_at(SystemTime::now())
}

/// The same for any time.
pub fn http_date_at(time: SystemTime) -> Option<String> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    (since < YEAR_10000).then(|| fmt_http_date(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_second_that_http_can_write_are_written() {
        let first = http_date_at(UNIX_EPOCH).expect("1970");
        assert_eq!(first, "Thu, 01 Jan 1970 00:00:00 GMT");
        let last = http_date_at(UNIX_EPOCH + YEAR_10000 - Duration::from_nanos(1)).expect("9999");
        assert_eq!(last, "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn a_clock_before_1970_or_after_9999_has_no_date() {
        let before = [Duration::from_nanos(1), Duration::from_secs(1), YEAR_10000];
        let after = [YEAR_10000, YEAR_10000 * 2, Duration::from_secs(1 << 62)];
        for time in before.map(|time| UNIX_EPOCH - time) {
            assert_eq!(http_date_at(time), None, "{time:?}");
        }
        for time in after.map(|time| UNIX_EPOCH + time) {
            assert_eq!(http_date_at(time), None, "{time:?}");
        }
    }
}
