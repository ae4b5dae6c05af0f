//! First reading: the time as HTTP writes it.

use std::time::SystemTime;

use httpdate::fmt_http_date;

/// Now, as the `Date` field holds it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 s5.6.7). It always
/// has these 29 characters.
pub fn http_date() -> String {
    fmt_http_date(SystemTime::now())
}
