//! Reads the one date format that a server may generate: IMF-fixdate (RFC 9110 s5.6.7).

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sun, 06 Nov 1994 08:49:37 GMT` in seconds since 1970; `None` for anything else, a wrong day of
/// the week included.
#[must_use]
pub fn imf_fixdate(text: &str) -> Option<u64> {
    let fits = text.len() == "Sun, 06 Nov 1994 08:49:37 GMT".len() && text.is_ascii();
    let separators =
        [(3, ", "), (7, " "), (11, " "), (16, " "), (19, ":"), (22, ":"), (25, " GMT")];
    if !fits || !separators.iter().all(|&(at, separator)| text[at..].starts_with(separator)) {
        return None;
    }
    let (day, year) = (number(&text[5..7])?, number(&text[12..16])?);
    let month = MONTHS.iter().position(|&name| name == &text[8..11])?;
    let (hour, minute) = (number(&text[17..19])?, number(&text[20..22])?);
    let second = number(&text[23..25])?;
    // Second 60 is a leap second, which RFC 9110 allows.
    if hour > 23 || minute > 59 || second > 60 || day < 1 || day > days_in(year, month) {
        return None;
    }
    let days =
        days_before(year)? + (0..month).map(|month| days_in(year, month)).sum::<u64>() + day - 1;
    let right_day = DAYS[usize::try_from(days % 7).ok()?] == &text[..3];
    right_day.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Days from the start of 1970 to the start of this year.
fn days_before(year: u64) -> Option<u64> {
    (year >= 1970).then(|| (1970..year).map(|year| 365 + u64::from(is_leap(year))).sum())
}

fn days_in(year: u64, month: usize) -> u64 {
    match month {
        1 => 28 + u64::from(is_leap(year)),
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

#[cfg(test)]
mod tests {
    use super::imf_fixdate;

    #[test]
    fn the_example_of_the_rfc_and_a_leap_day() {
        assert_eq!(imf_fixdate("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(imf_fixdate("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(imf_fixdate("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
    }

    #[test]
    fn other_formats_and_impossible_days_are_none() {
        for text in [
            "",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
        ] {
            assert_eq!(imf_fixdate(text), None, "{text:?}");
        }
    }
}
