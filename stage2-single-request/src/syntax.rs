//! Hardening: which bytes may stand where. What is let through here reaches logs, pages and, in
//! the stages to come, applications.

/// The bytes as text, if they pass the test. All that passes one of those below is ASCII.
pub fn text_if(test: fn(&[u8]) -> bool, bytes: &[u8]) -> Option<&str> {
    if test(bytes) { str::from_utf8(bytes).ok() } else { None }
}

/// For each byte, whether it may stand somewhere: letters and digits may, and those named. A table, so
/// that each byte of a request costs one look.
pub const fn letters_digits_and(others: &[u8]) -> [bool; 256] {
    let mut allowed = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        allowed[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        allowed[others[at] as usize] = true;
        at += 1;
    }
    allowed
}

const TCHAR: [bool; 256] = letters_digits_and(b"!#$%&'*+-.^_`|~");
const URI: [bool; 256] = letters_digits_and(b"-._~:/?[]@!$&'()*+,;=");

/// Whether this is a token: a word without separators (RFC 9110 s5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| TCHAR[byte as usize])
}

/// Whether all bytes may stand in a URI's path or query: unreserved, reserved but for `#`, or a
/// percent sign with two hexadecimal digits (RFC 3986 s2; a request target has no fragment).
pub fn is_uri(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| URI[byte as usize];
    let is_encoded = |at: usize| {
        bytes[at] == b'%'
            && bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    !bytes.is_empty() && (0..bytes.len()).all(|at| is_plain(bytes[at]) || is_encoded(at))
}

/// The number in `1*DIGIT` (RFC 9110 s8.6), if it is one that we can hold. `str::parse` alone would
/// take `+5` too.
pub fn digits(bytes: &[u8]) -> Option<u64> {
    let text = text_if(|bytes| bytes.iter().all(u8::is_ascii_digit), bytes)?;
    text.parse().ok()
}
