//! Which part of a file a request asks for (RFC 9110 s14.1.2): it reads a field and touches no file.

use std::ops::Range;

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it: there is no range, or none that this server understands.
    All,
    /// These bytes of it.
    One(Range<u64>),
    /// Bytes that it does not have.
    None,
}

/// Which part of `length` bytes the field Range asks for (RFC 9110 s14.1.2). Several ranges at once
/// are not understood: each would cost a search, and nobody has to.
pub fn part_of(range: &str, length: u64) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Part::All;
    };
    let bytes = match (number(first), number(last)) {
        (None, Some(count)) if first.is_empty() => length.saturating_sub(count)..length,
        (Some(first), None) if last.is_empty() => first..length,
        (Some(first), Some(last)) if first <= last => first..length.min(last.saturating_add(1)),
        _ => return Part::All,
    };
    if bytes.is_empty() { Part::None } else { Part::One(bytes) }
}

/// Digits alone: `parse` takes a `+` too.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}
