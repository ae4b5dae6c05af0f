//! The standards' rules for single bytes, written down a second time: a check that asked the
//! servers' own functions would agree with them whatever they do.

/// RFC 9110 s5.6.2.
pub fn is_token(bytes: &[u8]) -> bool {
    let is_tchar = |byte: &u8| {
        matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.')
            || matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'z' | b'|' | b'~')
    };
    !bytes.is_empty() && bytes.iter().all(is_tchar)
}

/// RFC 9110 s5.5: no control but the tab.
pub fn is_field_value(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
}

/// RFC 3986 s2 without the fragment, which never travels.
pub fn is_request_target(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| {
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        is_unreserved || b":/?[]@".contains(&byte) || b"!$&'()*+,;=".contains(&byte)
    };
    match bytes {
        [] => true,
        [b'%', high, low, rest @ ..] => {
            high.is_ascii_hexdigit() && low.is_ascii_hexdigit() && is_request_target(rest)
        }
        [byte, rest @ ..] => is_plain(*byte) && is_request_target(rest),
    }
}

/// What the percent encoding stands for (RFC 3986 s2.1).
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at(2);
        decoded.push(u8::from_str_radix(hex, 16).expect("it is a request target"));
        decoded.extend_from_slice(rest.as_bytes());
    }
    decoded
}

/// Spaces and tabs around a value are no part of it.
pub fn trimmed(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] => trimmed(rest),
        _ => bytes,
    }
}
