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

/// What clients send: the URL Standard's percent-encode sets for path and query have these in common, and
/// the fragment never travels.
pub fn is_request_target(bytes: &[u8]) -> bool {
    let is_sent = |byte: &u8| {
        matches!(byte, b'!' | b'$'..=b';' | b'=' | b'?'..=b'~') || matches!(byte, 0x80..)
    };
    !bytes.is_empty() && bytes.iter().all(is_sent)
}

/// What the percent encoding stands for (URL Standard, percent-decode): a percent sign without two
/// hexadecimal digits stays.
pub fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut parts = bytes.split(|&byte| byte == b'%');
    let mut decoded = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        match part {
            [high, low, rest @ ..] if [high, low].iter().all(|it| it.is_ascii_hexdigit()) => {
                let digits = str::from_utf8(&part[..2]).expect("they are digits");
                decoded.push(u8::from_str_radix(digits, 16).expect("they are digits"));
                decoded.extend_from_slice(rest);
            }
            _ => decoded.extend_from_slice(&[b"%", part].concat()),
        }
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
