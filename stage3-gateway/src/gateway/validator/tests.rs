//! What the validator lets pass, and what it catches on either side.

mod applications;
mod server;

use super::validator;
use crate::demo::demo;
use crate::gateway::application::{Application, Write};
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

#[test]
fn the_demos_right_routes_run_clean() {
    for path in "/ /favicon.ico /hello /form /environ /environ/x /half-read /big?n=100000 /big?n=0 \
                 /big?n=x /stream /slow /status/200 /status/204 /status/205 /status/304 \
                 /status/404 /write /exc /closed /nothing"
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
        ("/inject", "the application's field has a line end or another control in its value"),
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
