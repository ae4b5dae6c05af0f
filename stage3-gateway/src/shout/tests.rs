//! What middleware must keep.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::shout;
use crate::demo::demo;
use crate::gateway::application::{Body, StartResponse, application};
use crate::gateway::environ::Environ;
use crate::gateway::testing::{ask, get, post, request};

#[test]
fn text_becomes_capitals_and_its_length_stays() {
    let answer = get(&shout(demo), "/hello");
    assert_eq!(answer.text(), "HELLO WORLD FROM RUST!\n");
    assert_eq!(answer.field("Content-Length"), Some("23"));
}

#[test]
fn what_is_written_becomes_capitals_too() {
    assert_eq!(get(&shout(demo), "/write").text(), "WRITTEN TWICE AND RETURNED\n");
}

#[test]
fn other_types_are_left_alone() {
    assert_eq!(post(&shout(demo), "/echo", "abc").text(), "abc");
    assert_eq!(get(&shout(demo), "/").content, get(&demo, "/").content);
}

#[test]
fn the_last_start_response_decides() {
    assert_eq!(get(&shout(demo), "/exc").text(), "THIS REPLACED 200 OK\n");
}

#[test]
fn pieces_stay_pieces() {
    let answer = get(&shout(demo), "/stream?ms=1");
    assert_eq!(answer.text(), "PART1\nPART2\nPART3\n");
    assert_eq!(answer.sends[1], b"6\r\nPART2\n\r\n");
}

#[test]
fn failures_pass_through() {
    for path in ["/raise", "/inject", "/never", "/twice"] {
        assert_eq!(get(&shout(demo), path).status, 500, "{path}");
    }
    assert!(!get(&shout(demo), "/raise-late").whole);
    assert_eq!(get(&shout(demo), "/exc-late").text(), "THIS WAS SENT BEFORE THE ERROR\n");
}

#[test]
fn the_body_is_dropped_with_its_wrapping() {
    struct OnDrop(Arc<AtomicBool>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = dropped.clone();
    let inner = application(move |_: &mut Environ, start_response: &mut StartResponse| {
        start_response("200 OK", &[("content-type", b"Text/Plain ; charset=utf-8")], None)?;
        let guard = OnDrop(flag.clone());
        let body: Body = Box::new(std::iter::repeat_with(move || {
            let _ = &guard;
            Ok(b"x".into())
        }));
        Ok(body)
    });
    let answer = ask(&shout(inner), request("HEAD", "/", ""));
    assert!(answer.whole);
    assert!(dropped.load(Ordering::Relaxed));
}
