//! What a client gets of what an application sends.

#![allow(clippy::unwrap_used)]

mod failures;

use std::cell::RefCell;
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Sink, run};
use crate::gateway::application::{Application, Body, StartResponse, application, whole};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;
use crate::gateway::testing::{ask, get, request, with_environ};

const TEXT: (&str, &[u8]) = ("Content-Type", b"text/plain");

/// An application that answers 200 with these fields and these pieces.
fn with_body<B>(
    fields: &'static [(&'static str, &'static [u8])],
    body: impl Fn() -> B + Send + Sync + 'static,
) -> impl Application
where
    B: Iterator<Item = Result<&'static str, Error>> + 'static,
{
    application(move |_: &mut Environ, start_response: &mut StartResponse| {
        start_response("200 OK", fields, None)?;
        let body: Body = Box::new(body().map(|piece| Ok(piece?.as_bytes().into())));
        Ok(body)
    })
}

fn with_pieces(pieces: &'static [&'static str]) -> impl Application {
    with_body(&[TEXT], || pieces.iter().map(|piece| Ok(*piece)))
}

/// An application that only calls `start_response`.
fn starting(status: &'static str, field: (&'static str, &'static [u8])) -> impl Application {
    application(move |_: &mut Environ, start_response: &mut StartResponse| {
        start_response(status, &[TEXT, field], None)?;
        Ok(whole(b"content"))
    })
}

#[test]
fn each_piece_goes_out_before_the_next_is_asked_for() {
    /// Notes what happens, in order.
    struct Noting<'n>(&'n RefCell<Vec<String>>);
    impl Sink for Noting<'_> {
        fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
            let piece = bytes.rsplit(|&byte| byte == b'\n').nth(1).unwrap();
            self.0.borrow_mut().push(format!("sent {}", piece.trim_ascii().escape_ascii()));
            Ok(())
        }
    }
    thread_local!(static NOTES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });
    let noting = with_body(&[TEXT], || {
        ["1", "2"].into_iter().map(|piece| {
            NOTES.with_borrow_mut(|notes| notes.push(format!("made {piece}")));
            Ok(piece)
        })
    });
    NOTES.with(|notes| {
        with_environ(request("GET", "/", "").as_bytes(), |environ, asked| {
            run(&noting, environ, asked, &mut Noting(notes));
        });
        let expected = ["made 1", "sent 1", "made 2", "sent 2", "sent "];
        assert_eq!(*notes.borrow(), expected, "the last one is the last-chunk");
    });
}

#[test]
fn a_body_of_one_piece_gets_a_computed_length() {
    let answer = get(&with_pieces(&["hello"]), "/");
    assert_eq!((answer.field("Content-Length"), answer.text().as_str()), (Some("5"), "hello"));
    assert_eq!(answer.sends.len(), 1, "head and content go out together");
    let answer = get(&with_pieces(&[]), "/");
    assert_eq!((answer.field("Content-Length"), answer.whole), (Some("0"), true));
    let answer = get(&with_pieces(&[""]), "/");
    assert_eq!((answer.field("Content-Length"), answer.whole), (Some("0"), true));
}

#[test]
fn other_bodies_are_chunked_in_http_1_1() {
    let answer = get(&with_pieces(&["he", "", "llo"]), "/");
    assert_eq!(answer.field("Transfer-Encoding"), Some("chunked"));
    assert_eq!((answer.text().as_str(), answer.whole), ("hello", true), "no empty chunk inside");
    assert!(answer.outcome.persistent);
    assert_eq!(answer.outcome.sent, 5);
}

#[test]
fn other_bodies_end_with_the_connection_in_http_1_0() {
    let asked = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let answer = ask(&with_pieces(&["he", "llo"]), asked);
    assert_eq!((answer.field("Transfer-Encoding"), answer.field("Content-Length")), (None, None));
    assert_eq!((answer.field("Connection"), answer.text().as_str()), (Some("close"), "hello"));
    assert!(!answer.outcome.persistent);
    let answer = ask(&with_pieces(&["hello"]), asked);
    assert_eq!(answer.field("Connection"), Some("keep-alive"), "a known length ends it too");
    assert!(answer.outcome.persistent);
}

#[test]
fn head_gets_a_declared_length_and_no_content() {
    let declaring = with_body(&[TEXT, ("Content-Length", b"5")], || iter::once(Ok("hello")));
    let answer = ask(&declaring, request("HEAD", "/", ""));
    assert_eq!((answer.field("Content-Length"), answer.whole), (Some("5"), true));
    assert!(answer.outcome.persistent);
    let answer = ask(&with_pieces(&["he", "llo"]), request("HEAD", "/", ""));
    assert_eq!((answer.content.len(), answer.whole), (0, true));
    assert_eq!(answer.field("Transfer-Encoding"), None);
}

#[test]
fn a_204_or_304_has_no_content_and_no_computed_length() {
    for status in ["204 No Content", "304 Not Modified"] {
        let answer = get(&starting(status, ("X-A", b"a")), "/");
        assert_eq!((answer.content.len(), answer.whole), (0, true), "{status}");
        assert_eq!(answer.field("Content-Length"), None, "{status}");
        assert_eq!(answer.field("Transfer-Encoding"), None, "{status}");
    }
    let answer = get(&starting("204 No Content", ("Content-Length", b"7")), "/");
    assert_eq!(answer.field("Content-Length"), None, "RFC 9110 s8.6");
    let answer = get(&starting("304 Not Modified", ("Content-Length", b"7")), "/");
    assert_eq!(answer.field("Content-Length"), Some("7"), "RFC 9110 s8.6");
}

/// A client does not know by the status alone that nothing follows (RFC 9112 s6.3), so a length says it.
#[test]
fn a_205_has_no_content_and_its_length_says_so() {
    for field in [("Content-Length", &b"7"[..]), ("X-A", b"a")] {
        let answer = get(&starting("205 Reset Content", field), "/");
        assert_eq!((answer.content.len(), answer.whole), (0, true));
        assert_eq!(answer.field("Content-Length"), Some("0"));
        assert_eq!(answer.field("Transfer-Encoding"), None);
        assert!(answer.outcome.persistent, "the next answer starts right behind");
    }
}

#[test]
fn the_body_is_cut_at_its_declared_length_and_asked_for_no_more() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let long = with_body(&[TEXT, ("Content-Length", b"5")], || {
        iter::repeat_with(|| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Ok("123")
        })
    });
    let answer = get(&long, "/");
    assert_eq!((answer.text().as_str(), answer.whole), ("12312", true));
    assert_eq!(ASKED.load(Ordering::Relaxed), 2);
}

#[test]
fn an_answer_ends_the_connection_if_the_client_asks_for_that() {
    let answer =
        ask(&with_pieces(&["a"]), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_eq!(answer.field("Connection"), Some("close"));
    assert!(!answer.outcome.persistent);
}
