//! What the validator lets pass, and what it catches on either side.

#![allow(clippy::unwrap_used)]

use std::io::Read;

use super::validator;
use crate::demo::demo;
use crate::gateway::application::{
    Application, Body, StartResponse, Write, application, empty, whole,
};
use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};
use crate::gateway::testing::{ask, get, post, request, with_environ};

const TEXT: (&str, &[u8]) = ("Content-Type", b"text/plain");

/// The rule that is broken when a server that takes everything runs this; empty if none is.
fn broken(application: &dyn Application, request: &str) -> String {
    with_environ(request.as_bytes(), |environ, _| {
        let write = |_: &[u8]| Ok(());
        let mut start = |_: &str, _: &[(&str, &[u8])], _: Option<ExcInfo>| Ok(&write as Write);
        let result = application
            .call(environ, &mut start)
            .and_then(|body| body.into_iter().try_for_each(|piece| piece.map(|_| ())));
        match result {
            Err(Error::Rule(rule)) => rule.to_string(),
            _ => String::new(),
        }
    })
}

fn broken_on(path: &str) -> String {
    broken(&validator(demo), &request("GET", path, ""))
}

/// The rule that this use of `start_response` breaks.
fn broken_by(status: &'static str, fields: &'static [(&'static str, &'static [u8])]) -> String {
    let starting = application(move |_: &mut Environ, start_response: &mut StartResponse| {
        start_response(status, fields, None)?;
        Ok(empty())
    });
    broken(&validator(starting), &request("GET", "/", ""))
}

#[test]
fn the_demos_right_routes_run_clean() {
    for path in "/ /favicon.ico /hello /form /environ /environ/x /half-read /big?n=100000 /big?n=0 \
                 /big?n=x /stream /slow /status/200 /status/204 /status/205 /status/304 /status/404 \
                 /write /exc /closed /nothing"
        .split(' ')
    {
        for method in ["GET", "HEAD", "POST", "PURGE"] {
            let request = request(method, path, "");
            assert_eq!(broken(&validator(demo), &request), "", "{method} {path}");
            let (plain, watched) = (ask(&demo, &request), ask(&validator(demo), &request));
            assert_eq!(watched.status, plain.status, "{method} {path}");
            assert_eq!(watched.sends.len(), plain.sends.len(), "{method} {path}");
            assert!(watched.whole, "{method} {path}");
        }
    }
    assert_eq!(post(&validator(demo), "/echo", "hello").text(), "hello");
    assert_eq!(post(&validator(demo), "/form", "name=Ada").status, 200);
    assert_eq!(post(&validator(demo), "/half-read", "hello").text(), "read 2 of 5 bytes\n");
    assert_eq!(broken(&validator(demo), "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), "");
}

#[test]
fn the_demos_wrong_routes_are_caught() {
    for (path, rule) in [
        ("/never", "the application returned and never called start_response"),
        ("/twice", "the application called start_response again without exc_info"),
        ("/inject", "the value of a field must not hold a line end or another control"),
        ("/cl-long", "the application sends more than its Content-Length says"),
        ("/cl-short", "the application sent less than its Content-Length says"),
    ] {
        assert_eq!(broken_on(path), rule, "{path}");
    }
    assert_eq!(get(&validator(demo), "/cl-long").status, 500);
    assert!(!get(&validator(demo), "/cl-short").whole);
}

#[test]
fn an_application_may_fail_without_breaking_a_rule() {
    for path in ["/raise", "/raise-late"] {
        assert_eq!(broken_on(path), "", "{path}");
    }
    assert_eq!(get(&validator(demo), "/panic").status, 500);
    assert!(!get(&validator(demo), "/exc-late").whole);
}

#[test]
fn faults_of_the_client_stay_the_clients() {
    let chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n";
    assert_eq!(ask(&validator(demo), chunked).status, 400);
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
        (&[TEXT, ("X A", b"")][..], "token"),
        (&[TEXT, ("", b"")], "token"),
        (&[TEXT, ("X-A-", b"")], "must not end with"),
        (&[TEXT, ("X-A_", b"")], "must not end with"),
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
    for status in ["204 No Content", "304 Not Modified"] {
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

/// The rule that a server breaks whose environ has this value.
fn broken_environ(name: &'static str, value: &'static str) -> String {
    let inner = validator(demo);
    let setting = application(move |environ: &mut Environ, start_response: &mut StartResponse| {
        environ.set(name, value.as_bytes());
        inner.call(environ, start_response)
    });
    broken(&setting, &request("GET", "/hello", ""))
}

#[test]
fn a_server_gives_sound_variables() {
    for (name, value) in [
        ("REQUEST_METHOD", ""),
        ("REQUEST_METHOD", "G T"),
        ("SCRIPT_NAME", "app"),
        ("SCRIPT_NAME", "/"),
        ("PATH_INFO", "hello"),
        ("PATH_INFO", "*"),
        ("SERVER_NAME", ""),
        ("SERVER_PORT", ""),
        ("SERVER_PORT", "http"),
        ("SERVER_PROTOCOL", "1.1"),
        ("CONTENT_LENGTH", "-1"),
        ("wsgi.url_scheme", "gopher"),
    ] {
        let rule = broken_environ(name, value);
        assert!(rule.contains("server") && rule.contains(name), "{name} {value}: {rule}");
    }
    assert!(broken_environ("HTTP_CONTENT_TYPE", "a/b").contains("without HTTP_"));
    assert!(broken_environ("HTTP_CONTENT_LENGTH", "5").contains("without HTTP_"));
    for (name, value) in [("SCRIPT_NAME", "/app"), ("PATH_INFO", ""), ("CONTENT_LENGTH", "")] {
        assert_eq!(broken_environ(name, value), "", "{name} {value}");
    }
}

#[test]
fn a_servers_input_ends_where_it_says_and_stays_there() {
    /// Yields so many bytes with each call.
    struct Yields(&'static [usize]);
    impl Read for Yields {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some((&length, rest)) = self.0.split_first() else { return Ok(0) };
            self.0 = rest;
            Ok(length.min(buffer.len()))
        }
    }
    let reading_twice = |reads: &'static [usize]| {
        let inner =
            validator(application(|environ: &mut Environ, start_response: &mut StartResponse| {
                let mut content = Vec::new();
                environ.input().read_to_end(&mut content)?;
                environ.input().read_to_end(&mut content)?;
                start_response("200 OK", &[TEXT], None)?;
                Ok(empty())
            }));
        let giving =
            application(move |environ: &mut Environ, start_response: &mut StartResponse| {
                environ.set_input(Box::new(Yields(reads)));
                inner.call(environ, start_response)
            });
        broken(&giving, &request("POST", "/", "hello"))
    };
    assert_eq!(reading_twice(&[5]), "");
    assert_eq!(reading_twice(&[2, 3, 0]), "");
    assert!(reading_twice(&[6]).contains("beyond"));
    assert!(reading_twice(&[3, 3]).contains("beyond"));
    assert!(reading_twice(&[4, 0]).contains("before"));
    assert!(reading_twice(&[5, 0, 1]).contains("goes on"));
}

#[test]
fn a_server_refuses_exc_info_after_content() {
    // The server of these tests takes everything, and so breaks this rule.
    assert!(broken_on("/exc-late").contains("the server took exc_info"));
    assert_eq!(broken_on("/exc"), "");
}

#[test]
fn a_server_does_not_ask_a_body_that_has_ended() {
    with_environ(request("GET", "/hello", "").as_bytes(), |environ, _| {
        let write = |_: &[u8]| Ok(());
        let mut start = |_: &str, _: &[(&str, &[u8])], _: Option<ExcInfo>| Ok(&write as Write);
        let mut body = validator(demo).call(environ, &mut start).unwrap();
        assert!(body.next().unwrap().is_ok());
        assert!(body.next().is_none());
        assert!(matches!(body.next(), Some(Err(Error::Rule(rule))) if rule.contains("the server")));
    });
}
