//! What a client gets when something goes wrong, on whichever side.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{TEXT, starting, with_body, with_pieces};
use crate::gateway::application::{Application, Body, StartResponse, application, empty, whole};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;
use crate::gateway::testing::{Answer, Wire, ask, ask_through, get, request};

fn assert_500(answer: &Answer) {
    assert_eq!((answer.status, answer.whole), (500, true), "{}", answer.head);
    assert_eq!(answer.text(), "500 Internal Server Error: the application failed\n");
}

#[test]
fn a_panic_anywhere_before_output_is_answered_with_500() {
    let in_call = application(|_: &mut Environ, start_response: &mut StartResponse| {
        start_response("200 OK", &[TEXT], None)?;
        if true { panic!("on purpose") } else { Ok(empty()) }
    });
    assert_500(&get(&in_call, "/"));
    let in_body = with_body(&[TEXT], || iter::repeat_with(|| panic!("on purpose")));
    assert_500(&get(&in_body, "/"));
}

#[test]
fn a_panic_in_the_drop_of_a_body_leaves_the_answer_as_it_is() {
    struct Dropped;
    impl Drop for Dropped {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let panicking = with_body(&[TEXT, ("Content-Length", b"5")], || {
        let dropped = Dropped;
        iter::repeat(()).map(move |()| {
            let _ = &dropped;
            Ok("hello")
        })
    });
    let answer = get(&panicking, "/");
    assert_eq!((answer.text().as_str(), answer.whole), ("hello", true));
    let never_asked = application(|_: &mut Environ, _: &mut StartResponse| {
        let dropped = Dropped;
        let body: Body = Box::new(iter::from_fn(move || {
            let _ = &dropped;
            None
        }));
        Ok(body)
    });
    assert_500(&get(&never_asked, "/"));
}

#[test]
fn a_failure_after_output_ends_without_a_last_chunk() {
    let failing = with_body(&[TEXT], || [Ok("hello"), Err("late".into())].into_iter());
    let panicking = with_body(&[TEXT], || {
        iter::once(Ok("hello")).chain(iter::repeat_with(|| panic!("on purpose")))
    });
    for application in [&failing as &dyn Application, &panicking] {
        let answer = get(application, "/");
        assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
        assert!(!answer.whole && !answer.outcome.persistent);
    }
}

#[test]
fn exc_info_replaces_fields_before_output_and_fails_after_it() {
    let replacing = application(|_: &mut Environ, start_response: &mut StartResponse| {
        start_response("200 OK", &[TEXT, ("X-A", b"1")], None)?;
        start_response("503 Later", &[TEXT], Some("changed its mind".into()))?;
        Ok(whole(b"later"))
    });
    let answer = get(&replacing, "/");
    assert_eq!((answer.status, answer.field("X-A")), (503, None));
    let late = application(|_: &mut Environ, start_response: &mut StartResponse| {
        let write = start_response("200 OK", &[TEXT], None)?;
        write(b"")?; // an empty piece sends the head
        match start_response("503 Later", &[TEXT], Some("too late".into())) {
            Err(Error::Application(error)) => assert_eq!(error.to_string(), "too late"),
            _ => panic!("it must hand the error back"),
        }
        Err("too late".into())
    });
    assert!(!get(&late, "/").whole);
}

#[test]
fn exc_info_may_come_with_the_first_call() {
    let first = application(|_: &mut Environ, start_response: &mut StartResponse| {
        start_response("500 Oops", &[TEXT], Some("failed at once".into()))?;
        Ok(whole(b"oops"))
    });
    assert_eq!(get(&first, "/").text(), "oops");
}

#[test]
fn what_must_not_be_sent_is_answered_with_500() {
    for (name, value) in [
        ("X-A", &b"a\rb"[..]),
        ("X-A", b"a\nb"),
        ("X-A", b"a\0b"),
        ("X A", b"a"),
        ("", b"a"),
        ("X:", b"a"),
        ("Connection", b"close"),
        ("transfer-encoding", b"chunked"),
        ("Content-Length", b"+5"),
        ("Content-Length", b""),
    ] {
        assert_500(&get(&starting("200 OK", (name, value)), "/"));
    }
    for status in ["200", "20 OK", "199 Early", "600 Late", "2000 OK", "", "200 O\r\nK", "abc d"] {
        assert_500(&get(&starting(status, ("X-A", b"a")), "/"));
    }
}

#[test]
fn an_application_that_says_nothing_is_answered_for() {
    let silent = application(|_: &mut Environ, _: &mut StartResponse| Ok(empty()));
    assert_500(&get(&silent, "/"));
}

#[test]
fn a_body_is_dropped_once_whatever_happens() {
    struct OnDrop(Arc<AtomicUsize>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let dropping = |last: fn() -> Option<Result<&'static str, Error>>| {
        let dropped = dropped.clone();
        with_body(&[TEXT], move || {
            let guard = OnDrop(dropped.clone());
            let pieces = iter::once_with(|| Some(Ok("first"))).chain(iter::repeat_with(last));
            pieces.map_while(move |piece| {
                let _ = &guard;
                piece
            })
        })
    };
    let ends = dropping(|| None);
    let fails = dropping(|| Some(Err("on purpose".into())));
    let panics = dropping(|| panic!("on purpose"));
    let goes_on = dropping(|| Some(Ok("again")));
    for application in [&ends as &dyn Application, &fails, &panics] {
        get(application, "/");
    }
    assert_eq!(dropped.load(Ordering::Relaxed), 3);
    let mut wire = Wire { gone_after: Some(2), ..Wire::default() };
    let outcome = ask_through(&goes_on, request("GET", "/", ""), &mut wire);
    assert_eq!((wire.sends.len(), outcome.persistent), (2, false));
    assert_eq!(dropped.load(Ordering::Relaxed), 4, "the client left");
}

#[test]
fn a_client_that_is_gone_from_the_start_gets_nothing() {
    let mut wire = Wire { gone_after: Some(0), ..Wire::default() };
    let outcome = ask_through(&with_pieces(&["a", "b"]), request("GET", "/", ""), &mut wire);
    assert!(!outcome.persistent && wire.sends.is_empty());
}

#[test]
fn a_fault_in_the_content_is_the_clients_and_not_the_applications() {
    let reading = application(|environ: &mut Environ, start_response: &mut StartResponse| {
        start_response("200 OK", &[TEXT], None)?;
        let mut input = environ.take_input();
        let body: Body = Box::new(iter::once_with(move || {
            let mut content = Vec::new();
            input.read_to_end(&mut content)?;
            Ok(content.into())
        }));
        Ok(body)
    });
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(ask(&reading, format!("{head}1\r\na\r\n0\r\n\r\n")).text(), "a");
    let answer = ask(&reading, format!("{head}1\r\nab"));
    assert_eq!((answer.status, answer.field("Connection")), (400, Some("close")));
}
