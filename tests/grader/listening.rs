//! The line that every server prints as soon as it listens, found among what a program prints.

use std::net::SocketAddr;

use crate::running::Running;

/// The listening line may come after a few others, such as an interpreter's warnings.
pub(crate) const LISTENING_WITHIN: usize = 20;

/// The listening line and its address, once it is there.
pub(crate) fn listening(running: &Running) -> Option<(String, SocketAddr)> {
    let lines = running.witness.stdout.first(LISTENING_WITHIN);
    lines
        .iter()
        .find_map(|line| Some((String::from_utf8_lossy(line).into_owned(), address_in(line)?)))
}

/// The address in `listening on http://127.0.0.1:8888`, with or without the scheme.
pub(crate) fn address_in(line: &[u8]) -> Option<SocketAddr> {
    let rest = std::str::from_utf8(line).ok()?.trim_end().strip_prefix("listening on ")?;
    rest.strip_prefix("http://").unwrap_or(rest).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listening_line_gives_the_address() {
        let address = |line: &str| address_in(line.as_bytes()).map(|address| address.to_string());
        assert_eq!(
            address("listening on http://127.0.0.1:8888").as_deref(),
            Some("127.0.0.1:8888")
        );
        assert_eq!(address("listening on 127.0.0.1:1").as_deref(), Some("127.0.0.1:1"));
        assert_eq!(address("listening on http://[::1]:80\r").as_deref(), Some("[::1]:80"));
        assert_eq!(address("Listening on port 80"), None);
        assert_eq!(address("listening on http://localhost:80"), None);
    }
}
