//! What a request line is, and what only looks like one.

use super::*;

fn status(line: &str) -> Option<u16> {
    RequestLine::parse(line.as_bytes()).err().map(|fault| fault.status())
}

#[test]
fn three_parts_are_taken_as_they_are() {
    let line = RequestLine::parse(b"M-SEARCH /a%20b?c=/?d HTTP/1.0");
    let expected =
        RequestLine { method: "M-SEARCH", target: b"/a%20b?c=/?d", version: Version::Http10 };
    assert_eq!(line, Ok(expected));
}

#[test]
fn exactly_one_space_stands_between_two_parts() {
    for line in
        ["GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1"]
    {
        assert_eq!(status(line), Some(400), "{line:?}");
    }
}

#[test]
fn a_target_may_hold_every_byte_that_clients_send() {
    for byte in 0..=u8::MAX {
        let target = [b"/a", &[byte][..], b"?b", &[byte]].concat();
        let line = [b"GET ", &target[..], b" HTTP/1.1"].concat();
        let is_sent = !(byte.is_ascii_control() || b" \"#<>".contains(&byte));
        match RequestLine::parse(&line) {
            Ok(line) => assert!(is_sent && line.target == target, "{byte:#04x}"),
            Err(fault) => assert!(!is_sent && fault.status() == 400, "{byte:#04x}: {fault}"),
        }
    }
    for target in ["/%", "/%4", "/%zz", "/%u1234", "/100%?100%"] {
        assert_eq!(status(&format!("GET {target} HTTP/1.1")), None, "{target:?}");
    }
    assert_eq!(status("GET  HTTP/1.1"), Some(400), "an empty target");
}

#[test]
fn another_version_is_told_from_no_version() {
    assert_eq!(status("GET / HTTP/1.2"), Some(505));
    assert_eq!(status("PRI * HTTP/2.0"), Some(505));
    for version in ["HTTP/1", "http/1.1", "HTTP/1.10", "HTTP/11", "HTTP/1,1", ""] {
        assert_eq!(status(&format!("GET / {version}")), Some(400), "{version:?}");
    }
}
