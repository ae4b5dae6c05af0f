//! How content is framed, and what is refused because two readers could differ.

use stage2_single_request::version::Version::{Http10, Http11};

use super::{Framing, framing};
use crate::http::fault::Fault;
use crate::http::head::Field;

type Verdict = Result<Framing, u16>;

fn of(version: super::Version, fields: &[(&str, &str)]) -> Verdict {
    let fields: Vec<Field> =
        fields.iter().map(|(name, value)| Field { name, value: value.as_bytes() }).collect();
    framing(version, &fields).map_err(|fault: Fault| fault.status())
}

fn length(value: &str) -> Verdict {
    of(Http11, &[("Content-Length", value)])
}

fn coding(values: &[&str]) -> Verdict {
    let fields: Vec<(&str, &str)> =
        values.iter().map(|value| ("transfer-encoding", *value)).collect();
    of(Http11, &fields)
}

#[test]
fn a_request_that_says_nothing_has_no_content() {
    assert_eq!(of(Http11, &[("Host", "a")]), Ok(Framing::Length(0)));
}

#[test]
fn a_length_is_digits_and_one_number() {
    assert_eq!(length("5"), Ok(Framing::Length(5)));
    assert_eq!(length("0005"), Ok(Framing::Length(5)));
    assert_eq!(length("18446744073709551615"), Ok(Framing::Length(u64::MAX)));
    for wrong in [
        "",
        "+5",
        "-5",
        "5 5",
        "5,5",
        "5_0",
        "0x5",
        "5,",
        ",5",
        ",",
        "5.0",
        "٥",
        "18446744073709551616",
    ] {
        assert_eq!(length(wrong), Err(400), "{wrong}");
    }
    assert_eq!(of(Http11, &[("Content-Length", "5"), ("content-length", "5")]), Err(400));
}

#[test]
fn chunked_stands_alone() {
    assert_eq!(coding(&["chunked"]), Ok(Framing::Chunked));
    assert_eq!(coding(&["ChunkeD"]), Ok(Framing::Chunked));
    for right in [&[", chunked"][..], &["chunked,"], &[" ,\t, chunked ,"], &["", "chunked", ","]] {
        assert_eq!(coding(right), Ok(Framing::Chunked), "empty members: {right:?}");
    }
    for wrong in [
        &[""][..],
        &[","],
        &["", ""],
        &["chunked chunked"],
        &["chunked\u{b},"],
        &["chunked, , chunked"],
        &["chunked,, gzip"],
        &["gzip"],
        &["chunked, gzip"],
        &["chunked, chunked"],
        &["chunked", "chunked"],
        &["chunked;a=b"],
        &["xchunked"],
    ] {
        assert_eq!(coding(wrong), Err(400), "{wrong:?}");
    }
}

#[test]
fn another_coding_before_chunked_is_one_we_do_not_know() {
    assert_eq!(coding(&["gzip, chunked"]), Err(501));
    assert_eq!(coding(&["gzip, , chunked"]), Err(501));
    assert_eq!(coding(&["gzip", "chunked"]), Err(501));
}

#[test]
fn both_framings_at_once_are_refused_in_any_order() {
    let (length, coding) = (("Content-Length", "5"), ("Transfer-Encoding", "chunked"));
    assert_eq!(of(Http11, &[length, coding]), Err(400));
    assert_eq!(of(Http11, &[coding, length]), Err(400));
    assert_eq!(of(Http10, &[coding]), Err(400), "HTTP/1.0 has no transfer codings");
    assert_eq!(of(Http10, &[length]), Ok(Framing::Length(5)));
}
