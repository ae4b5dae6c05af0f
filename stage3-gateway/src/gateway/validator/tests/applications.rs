//! What applications do wrong.

use super::{TEXT, broken};
use crate::gateway::application::{Application, Body, StartResponse, application, empty, whole};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;
use crate::gateway::testing::request;
use crate::gateway::validator::validator;

/// The rule that this use of `start_response` breaks.
fn broken_by(status: &'static str, fields: &'static [(&'static str, &'static [u8])]) -> String {
    let starting = application(move |_: &mut Environ, start_response: &mut StartResponse| {
        start_response(status, fields, None)?;
        Ok(empty())
    });
    broken(&validator(starting), &request("GET", "/", ""))
}

#[test]
fn a_status_is_a_number_from_200_to_599_and_a_reason() {
    assert_eq!(broken_by("200 OK", &[TEXT]), "");
    assert_eq!(broken_by("299 ", &[TEXT]), "");
    for status in ["", "200", "OK", "+20 OK", "099 X", "600 X", "100 Continue", "2000 OK"] {
        assert!(broken_by(status, &[TEXT]).contains("status must"), "{status}");
    }
    assert!(broken_by("200 a\r\nb", &[TEXT]).contains("line end"));
}

#[test]
fn fields_have_sound_names_and_values() {
    for (fields, part) in [
        (&[TEXT, ("X A", b"")][..], "made of"),
        (&[TEXT, ("", b"")], "made of"),
        (&[TEXT, ("X-A-", b"")], "ends with"),
        (&[TEXT, ("X-A_", b"")], "ends with"),
        (&[TEXT, ("Status", b"200 OK")], "Status"),
        (&[TEXT, ("X-A", b"a\0")], "control"),
        (&[TEXT, ("X-A", b"a\x7f")], "control"),
        (&[TEXT, ("Content-Length", b"five")], "no number"),
        (&[TEXT, ("Content-Length", b"")], "no number"),
        (&[TEXT, ("Content-Length", b"+0")], "no number"),
        (&[TEXT, ("Content-Length", b"0"), ("content-length", b"0")], "twice"),
    ] {
        assert!(broken_by("200 OK", fields).contains(part), "{part}");
    }
}

#[test]
fn content_has_a_type_and_no_content_has_none() {
    assert!(broken_by("200 OK", &[]).contains("no Content-Type"));
    assert!(broken_by("404 Not Found", &[]).contains("no Content-Type"));
    for status in ["204 No Content", "205 Reset Content", "304 Not Modified"] {
        assert_eq!(broken_by(status, &[]), "");
        assert!(broken_by(status, &[("content-type", b"a/b")]).contains("no content"));
    }
}

#[test]
fn a_broken_rule_counts_even_if_the_application_overlooks_it() {
    let overlooking = application(|_: &mut Environ, start_response: &mut StartResponse| {
        start_response("200 OK", &[TEXT, ("Content-Length", b"1")], None)?;
        let _ = start_response("200 OK", &[TEXT], None);
        Ok(whole(b"1"))
    });
    assert!(broken(&validator(overlooking), &request("GET", "/", "")).contains("again"));
}

#[test]
fn what_is_written_counts_towards_the_length() {
    fn writing(piece: &'static [u8]) -> impl Application {
        validator(application(move |_: &mut Environ, start_response: &mut StartResponse| {
            let write = start_response("200 OK", &[TEXT, ("Content-Length", b"3")], None)?;
            write(piece)?;
            Ok(whole(b"c"))
        }))
    }
    let request = request("GET", "/", "");
    assert!(broken(&writing(b"a"), &request).contains("less"));
    assert_eq!(broken(&writing(b"ab"), &request), "");
    assert!(broken(&writing(b"abc"), &request).contains("more"));
    assert!(broken(&writing(b"abcd"), &request).contains("more"));
}

#[test]
fn a_size_hint_tells_the_truth() {
    struct Deceiving(usize, usize);
    impl Iterator for Deceiving {
        type Item = Result<&'static [u8], Error>;
        fn next(&mut self) -> Option<Self::Item> {
            self.1 = self.1.checked_sub(1)?;
            Some(Ok(b"x"))
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.0, Some(self.0))
        }
    }
    for (says, is, is_caught) in [(1, 1, false), (1, 2, true), (2, 1, true), (1, 0, true)] {
        let deceiving = application(move |_: &mut Environ, start_response: &mut StartResponse| {
            start_response("200 OK", &[TEXT], None)?;
            let body: Body = Box::new(Deceiving(says, is).map(|piece| Ok(piece?.into())));
            Ok(body)
        });
        let rule = broken(&validator(deceiving), &request("GET", "/", ""));
        assert_eq!(rule.contains("size_hint"), is_caught, "{says} {is}");
    }
}
