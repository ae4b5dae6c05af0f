//! Whole stories, word for word: what a learner sees is worth a test.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};

use crate::evidence::{Evidence, expect, expect_eq};
use crate::failure::{Failure, Seen};
use crate::tape::Tapes;
use crate::witness::Witness;

/// A connection over which `sent` and `received` went, to a program that panicked.
struct Stage {
    sent: &'static [u8],
    received: &'static [u8],
}

impl Evidence for Stage {
    fn add_to(&self, failure: Failure) -> Failure {
        let mut tapes = Tapes::default();
        tapes.sent.record(self.sent);
        tapes.received.record(self.received);
        let witness = Arc::new(Witness::default());
        let client = witness.diary.opened(&Arc::new(Mutex::default()));
        witness.diary.sends(client, self.sent);
        witness
            .stderr
            .drain(&b"thread 'main' panicked at src/main.rs:7:5:\nouch\x1B[1m\n"[..], |_| false);
        witness.has_ended(ExitStatus::from_raw(101 << 8));
        failure.witness(&witness).tapes(&tapes)
    }
}

#[test]
fn wrong_bytes_get_a_caret() {
    let stage = Stage { sent: b"GET / HTTP/1.1\r\n\r\n", received: b"" };
    let got = b"HTTP/1.1 404 Not Found\r\nDate: x\r\n";
    let failure = expect_eq(&stage, "the page is found", b"HTTP/1.1 200 OK\r\n", got);
    let story = failure.expect_err("they differ").story("RFC 9110 s15", "Look it up.");
    assert_eq!(
        story,
        r#"expected that the page is found
  rule      RFC 9110 s15
  by hand   printf 'GET / HTTP/1.1\r\n\r\n' | nc -N 127.0.0.1 8888
  sent      GET / HTTP/1.1\r\n
            \r\n
  expected  HTTP/1.1 200 OK\r\n
  got       HTTP/1.1 404 Not Found\r\n
                     ^
            the first difference is at byte 10: "2" was expected, "4" came
  server    exited with status 101; it panicked, see stderr
  stderr    thread 'main' panicked at src/main.rs:7:5:
            ouch\x1B[1m
  hint      Look it up.
"#
    );
}

#[test]
fn a_condition_shows_what_came() {
    let stage = Stage { sent: b"it's", received: b"a\r\nb" };
    let failure = expect(&stage, false, "the second client is served");
    let story = failure.expect_err("it is false").story("POSIX accept(2)", "Loop.");
    assert_eq!(
        story,
        r"expected that the second client is served
  rule      POSIX accept(2)
  by hand   printf 'it'\''s' | nc -N 127.0.0.1 8888
  sent      it's
  got       a\r\n
            b
  server    exited with status 101; it panicked, see stderr
  stderr    thread 'main' panicked at src/main.rs:7:5:
            ouch\x1B[1m
  hint      Loop.
"
    );
}

#[test]
fn words_and_details_and_nothing_else() {
    let failure = Failure::new("2 of 9 requests got a wrong answer")
        .seen(Seen::Machine)
        .detail("valid/a.http: 400")
        .detail("valid/b.http: 500")
        .by_hand("curl -v http://127.0.0.1:8888/")
        .expected("status 200");
    assert_eq!(
        failure.story(
            "a rule so long that it has to be broken between two of its many words, as this one",
            "Try."
        ),
        "2 of 9 requests got a wrong answer
    valid/a.http: 400
    valid/b.http: 500
  rule      a rule so long that it has to be broken between two of its many words, as this one
  by hand   curl -v http://127.0.0.1:8888/
  expected  status 200
  note      this is a fault of the machine or of the checks, not of the server
  hint      Try.
"
    );
}

#[test]
fn bytes_are_counted_from_the_beginning_of_the_stream() {
    let tapes = Tapes { last: Some((1000, 3)), ..Tapes::default() };
    let differ = |got: &[u8]| {
        let failure = expect_eq(&(), "all comes", b"abc", got).expect_err("they differ");
        failure.tapes(&tapes).story("", "")
    };
    assert!(differ(b"abd").contains("the first difference is at byte 1003: \"c\""));
    // A part of an answer is counted by itself.
    assert!(differ(b"ab").contains("the first difference is at byte 3: \"c\""));
}

#[test]
fn nothing_is_called_nothing_and_the_same_is_not_shown_twice() {
    let failure = expect_eq(&(), "nothing comes", b"", b"a").expect_err("they differ");
    let story = failure.story("", "");
    assert!(story.contains("  expected  nothing\n  got       a\n            ^\n"), "{story}");
    let stage = Stage { sent: b"one\n", received: b"one\n" };
    let story = expect(&stage, false, "the connection ends").expect_err("").story("", "");
    assert!(story.contains("  got       the same bytes as were sent\n"), "{story}");
}
