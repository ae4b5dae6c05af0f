//! What a request line is, and what only looks like one.

use super::*;

fn status(line: &str) -> Option<u16> {
    RequestLine::parse(line.as_bytes()).err().map(|fault| fault.status())
}

#[test]
fn three_parts_are_taken_as_they_are() {
    let line = RequestLine::parse(b"M-SEARCH /a%20b?c=/?d HTTP/1.0");
    let expected =
        RequestLine { method: "M-SEARCH", target: "/a%20b?c=/?d", version: Version::Http10 };
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
fn a_target_holds_only_what_a_uri_may_hold() {
    for target in ["/\"", "/<a>", "/{}", "/%zz", "/%4", "/é", "/#a", ""] {
        assert_eq!(status(&format!("GET {target} HTTP/1.1")), Some(400), "{target:?}");
    }
}

#[test]
fn another_version_is_told_from_no_version() {
    assert_eq!(status("GET / HTTP/1.2"), Some(505));
    assert_eq!(status("PRI * HTTP/2.0"), Some(505));
    for version in ["HTTP/1", "http/1.1", "HTTP/1.10", "HTTP/11", "HTTP/1,1", ""] {
        assert_eq!(status(&format!("GET / {version}")), Some(400), "{version:?}");
    }
}
