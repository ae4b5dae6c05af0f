//! First reading: names and values as forms send them, in a query or as content:
//! `name=Ada+L%C3%B6w&n=1` (`application/x-www-form-urlencoded`).

use percent_encoding::percent_decode;

use crate::gateway::environ::Environ;

/// The first value of that name. Bytes that are not UTF-8 are replaced.
pub fn value(encoded: &[u8], name: &str) -> Option<String> {
    let mut pairs = encoded.split(|&byte| byte == b'&').map(|pair| {
        let end = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        (&pair[..end], pair.get(end + 1..).unwrap_or_default())
    });
    pairs.find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
}

/// A number from the query, or what stands for it if it is not there; `None` if it is no number.
pub fn number(environ: &Environ, name: &str, otherwise: u64) -> Option<u64> {
    match value(&environ.get("QUERY_STRING").unwrap_or_default(), name) {
        None => Some(otherwise),
        // `parse` would take `+5` too.
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        Some(_) => None,
    }
}

/// A plus is a space; a plus that is meant comes as `%2B`.
fn decoded(text: &[u8]) -> String {
    let spaced: Vec<u8> = text.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    percent_decode(&spaced).decode_utf8_lossy().into_owned()
}
