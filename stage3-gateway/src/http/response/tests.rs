//! What an application may say of its response, and what becomes of it.

#![allow(clippy::unwrap_used)]

use stage2_single_request::version::Version;

use super::{Asked, Head};
use crate::http::malformed::Malformed;

/// The field lines that are sent, but for `Date`.
fn sent(version: Version, persistent: bool, status: &str, fields: &[(&str, &[u8])]) -> Vec<String> {
    let mut out = Vec::new();
    let asked = Asked { head_only: false, version, persistent };
    Head::new(status, fields).unwrap().send(asked, None, &mut out);
    let head = String::from_utf8(out).unwrap();
    head.split_terminator("\r\n")
        .filter(|line| !line.starts_with("Date: "))
        .map(str::to_string)
        .collect()
}

#[test]
fn the_server_adds_what_the_application_must_not() {
    let (one, old) = (Version::Http11, Version::Http10);
    assert_eq!(
        sent(one, true, "200 OK", &[]),
        ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", ""]
    );
    assert_eq!(sent(old, true, "200 OK", &[]), ["HTTP/1.1 200 OK", "Connection: close", ""]);
    let length: &[(&str, &[u8])] = &[("content-LENGTH", b"05")];
    assert_eq!(sent(one, true, "200 OK", length), ["HTTP/1.1 200 OK", "Content-Length: 5", ""]);
    assert_eq!(sent(old, true, "200 OK", length)[2], "Connection: keep-alive");
    assert_eq!(sent(one, false, "200 OK", length)[2], "Connection: close");
}

#[test]
fn a_date_of_the_applications_own_stays_alone() {
    let mut out = Vec::new();
    let asked = Asked { head_only: false, version: Version::Http11, persistent: true };
    let date: &[(&str, &[u8])] = &[("date", b"Sun, 06 Nov 1994 08:49:37 GMT")];
    Head::new("200 OK", date).unwrap().send(asked, None, &mut out);
    let head = String::from_utf8(out).unwrap().to_lowercase();
    assert_eq!(head.matches("date: ").count(), 1);
}

#[test]
fn fields_that_speak_of_the_connection_are_the_servers() {
    for name in ["Connection", "keep-alive", "TE", "Trailers", "Transfer-Encoding", "Upgrade"] {
        let refused = Head::new("200 OK", &[(name, b"a")]).unwrap_err();
        assert_eq!(refused, Malformed::HopByHop(name.to_string()));
    }
}

#[test]
fn no_value_can_end_its_line_or_hold_another_control() {
    for value in [&b"\r"[..], b"\n", b"\0", b"a\r\nX: b"] {
        let refused = Head::new("200 OK", &[("X-A", value)]).unwrap_err();
        assert_eq!(refused, Malformed::Field("X-A".to_string(), value.to_vec()));
    }
    // No other control either (RFC 9110 s5.5, PEP 3333): a strict client refuses the whole answer.
    for value in [&b"\x08"[..], b"a\x1b[2J", b"\x7f", b"\x0b"] {
        assert!(Head::new("200 OK", &[("X-A", value)]).is_err(), "{}", value.escape_ascii());
    }
    assert!(Head::new("200 OK", &[("X-A", b"\t caf\xe9 \xff")]).is_ok());
}

#[test]
fn a_status_is_final_and_has_a_reason_even_if_that_is_empty() {
    assert_eq!(Head::new("299 ", &[]).unwrap().status, 299);
    for status in
        ["200", "", " ", "20 OK", "+20 OK", "0200 OK", "199 A", "600 A", "200 A\n", "２００ OK"]
    {
        assert_eq!(Head::new(status, &[]).unwrap_err(), Malformed::Status(status.to_string()));
    }
}

#[test]
fn a_status_goes_out_as_latin_1_or_not_at_all() {
    let mut out = Vec::new();
    let asked = Asked { head_only: false, version: Version::Http11, persistent: true };
    Head::new("404 Page non trouv\u{e9}e", &[]).unwrap().send(asked, None, &mut out);
    assert!(out.starts_with(b"HTTP/1.1 404 Page non trouv\xe9e\r\n"));
    let refused = Head::new("200 5 \u{20ac}", &[]).unwrap_err();
    assert_eq!(refused, Malformed::Status("200 5 \u{20ac}".to_string()));
}
