//! What servers do wrong.

#![allow(clippy::unwrap_used)]

use std::io::Read;

use super::{TEXT, broken, broken_on};
use crate::demo::demo;
use crate::gateway::application::{Application, StartResponse, Write, application, empty};
use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};
use crate::gateway::testing::{request, with_environ};
use crate::gateway::validator::validator;

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
