//! The forms of a request target.

use super::Target;
use crate::http::authority::is_authority;
use crate::http::fault::Fault;

/// Path, query and authority; `None` if the target has none of the forms.
fn get(target: &str) -> Option<(&str, &str, Option<&str>)> {
    let target = Target::parse("GET", target.as_bytes()).ok()?;
    let text = |bytes| str::from_utf8(bytes).expect("a part of what was text");
    Some((text(target.path), text(target.query), target.authority.map(text)))
}

#[test]
fn the_first_question_mark_begins_the_query() {
    assert_eq!(get("/a?b?c=/"), Some(("/a", "b?c=/", None)));
    assert_eq!(get("/a?"), Some(("/a", "", None)));
    assert_eq!(get("//a/b"), Some(("//a/b", "", None)), "two slashes name no host here");
}

#[test]
fn an_absolute_form_brings_its_authority() {
    assert_eq!(get("http://a:80/b?c"), Some(("/b", "c", Some("a:80"))));
    assert_eq!(get("HTTPS://[::1]/"), Some(("/", "", Some("[::1]"))));
    assert_eq!(get("http://a"), Some(("/", "", Some("a"))), "an empty path is /");
    assert_eq!(get("http://a?b/c"), Some(("/", "b/c", Some("a"))));
    assert_eq!(get("http://a/b://c"), Some(("/b://c", "", Some("a"))));
    assert_eq!(get("http://a/%?{é}%zz"), Some(("/%", "{é}%zz", Some("a"))), "as browsers send it");
}

#[test]
fn what_is_no_form_is_refused() {
    for target in [
        "a",
        "?a",
        "*",
        "a:80",
        "http:/a",
        "http:///a",
        "http://:80/",
        "http://?a",
        "ftp://a/",
        "http://u@a/",
        "http://a{b/",
        "http://a\\b/",
        "http://a%/",
        "http://a%zz/",
        "http://\u{e9}/",
        "http://a:b/",
        "http://[::1/",
        "http://[::1]a/",
        "://a/",
        "",
    ] {
        assert_eq!(get(target), None, "{target}");
    }
}

#[test]
fn an_asterisk_is_for_options_and_connect_is_for_proxies() {
    assert_eq!(Target::parse("OPTIONS", b"*").map(|target| target.path), Ok(&b"*"[..]));
    assert_eq!(Target::parse("CONNECT", b"a:80"), Err(Fault::Connect));
    assert_eq!(Target::parse("CONNECT", b"/"), Err(Fault::Connect));
}

#[test]
fn an_authority_is_a_host_with_or_without_a_port() {
    for sound in [
        "",
        "a",
        "a.b-c_d",
        "a:",
        "a:80",
        "127.0.0.1:80",
        "%41",
        "[::1]",
        "[::1]:80",
        "[::ffff:1.2.3.4]",
        "[v7.a:b]",
        "a,b;c=d",
        ":80",
    ] {
        assert!(is_authority(sound.as_bytes()), "{sound}");
    }
    for wrong in [
        "a b",
        "a/",
        "a?b",
        "a#b",
        "u@a",
        "a:b",
        "a:+1",
        "a:1:2",
        "::1",
        "[::1",
        "::1]",
        "[]",
        "[a]",
        "[::1]80",
        "[::1]:a",
        "[::1]]",
        "[[::1]]",
        "[::1%25eth0]",
        "[v.a]",
        "[v7.]",
        "é",
        "%4",
        "%",
        "a%zz",
        "a%4%41",
        "a|b",
    ] {
        assert!(!is_authority(wrong.as_bytes()), "{wrong}");
    }
}
