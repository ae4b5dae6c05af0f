//! Whole stories, word for word: what a learner sees is worth a test.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;

use crate::evidence::{Evidence, expect, expect_eq};
use crate::failure::{Failure, Seen};
use crate::tape::Tape;
use crate::witness::Witness;

/// A connection over which `sent` and `received` went, to a program that panicked.
struct Stage {
    sent: &'static [u8],
    received: &'static [u8],
}

impl Evidence for Stage {
    fn add_to(&self, failure: Failure) -> Failure {
        let (mut sent, mut received) = (Tape::default(), Tape::default());
        sent.record(self.sent);
        received.record(self.received);
        let witness = Arc::new(Witness::default());
        witness
            .stderr
            .drain(&b"thread 'main' panicked at src/main.rs:7:5:\nouch\x1B[1m\n"[..], |_| false);
        witness.has_ended(ExitStatus::from_raw(101 << 8));
        failure.witness(&witness).tapes(&sent, &received)
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
  by hand   printf 'GET / HTTP/1.1\r\n\r\n' | nc 127.0.0.1 8888
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
  by hand   printf 'it'\''s' | nc 127.0.0.1 8888
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
