//! Hardening: a host with or without a port, as `Host` and whole URIs hold it.

use std::net::Ipv6Addr;

use stage2_single_request::syntax::letters_digits_and;

/// What a registered name or an IPv4 address is made of.
const NAME: [bool; 256] = letters_digits_and(b"-._~%!$&'()*+,;=");

/// Whether this is a host with or without a port, as `Host` holds it (RFC 3986 s3.2). An empty
/// host is allowed; userinfo is not.
pub fn is_authority(bytes: &[u8]) -> bool {
    let (host, port) = match bytes.strip_prefix(b"[").map(|rest| rest.split(|&byte| byte == b']')) {
        Some(mut parts) => match (parts.next(), parts.next(), parts.next()) {
            (Some(literal), Some(port), None) if is_ip_literal(literal) => (&b""[..], port),
            _ => return false,
        },
        None => bytes.split_at(bytes.iter().position(|&byte| byte == b':').unwrap_or(bytes.len())),
    };
    let is_port = port.is_empty() || port[0] == b':' && port[1..].iter().all(u8::is_ascii_digit);
    let is_name = host.iter().all(|&byte| NAME[byte as usize]);
    is_port && is_name && is_percent_encoded(host)
}

/// Whether two hexadecimal digits follow each percent sign (RFC 3986 s2.1). In a path one that stands
/// alone is let through; a host is read by proxies, certificates and access lists, so it must mean the
/// same to all of them.
fn is_percent_encoded(bytes: &[u8]) -> bool {
    let mut parts = bytes.split(|&byte| byte == b'%').skip(1);
    parts.all(|part| part.get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)))
}

/// An IPv6 address, or what a later version of IP may bring (RFC 3986 s3.2.2).
fn is_ip_literal(literal: &[u8]) -> bool {
    let is_later = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:".contains(byte);
    match literal {
        [b'v' | b'V', version, b'.', rest @ ..] => {
            version.is_ascii_hexdigit() && !rest.is_empty() && rest.iter().all(is_later)
        }
        _ => str::from_utf8(literal).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok()),
    }
}
