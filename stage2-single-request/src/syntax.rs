//! Hardening: which bytes may stand where. What is let through here reaches logs, pages and, in
//! the stages to come, applications.

/// The bytes as text, if they pass the test. It must let only UTF-8 pass, as [`is_token`] does.
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

/// Every byte but the controls, the space and those named.
const fn all_but(others: &[u8]) -> [bool; 256] {
    let mut allowed = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        allowed[byte] = byte as u8 > b' ' && byte as u8 != 0x7f;
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        allowed[others[at] as usize] = false;
        at += 1;
    }
    allowed
}

const TARGET: [bool; 256] = all_but(b"\"#<>");

/// Whether this is a token: a word without separators (RFC 9110 s5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| TCHAR[byte as usize])
}

/// Whether this can be a request target: at least one byte, and only such as clients send there.
///
/// A URI holds less than that: RFC 3986 s2 wants `{`, `}`, `|`, `^`, the grave accent, the backslash
/// and everything that is no ASCII percent-encoded, and two hexadecimal digits after each percent
/// sign. But browsers follow the URL Standard (<https://url.spec.whatwg.org/>), which encodes fewer
/// bytes, and curl sends what it was given. A server that refused those requests would be the only
/// one on which such links do not work. None of these bytes ends a target for a reader that
/// splits at spaces, so that letting them through leads no two such readers apart. What stays out is what every client
/// encodes: controls, the space, `"`, `<` and `>`; and `#`, which begins a fragment, and a fragment
/// stays in the client (RFC 9112 s3.2).
pub fn is_request_target(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| TARGET[byte as usize])
}

/// The number in `1*DIGIT` (RFC 9110 s8.6), if it is one that we can hold. `str::parse` alone would
/// take `+5` too, which a proxy in front may read as something else: RUSTSEC-2021-0078, in hyper.
pub fn digits(bytes: &[u8]) -> Option<u64> {
    let text = text_if(|bytes| bytes.iter().all(u8::is_ascii_digit), bytes)?;
    text.parse().ok()
}
