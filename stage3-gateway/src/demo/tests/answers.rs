//! Large, piece by piece, late, of any status, written, replaced.

use super::assert_answers;
use crate::demo::demo;
use crate::gateway::testing::{ask, get, request};

#[test]
fn big_sends_as_many_bytes_as_it_was_asked_for_in_pieces() {
    for length in [0, 1, 65_536, 65_537, 200_000] {
        let answer = get(&demo, &format!("/big?n={length}"));
        assert_eq!(answer.content.len(), length);
        assert_eq!(answer.field("Content-Length"), Some(length.to_string().as_str()));
        assert!(answer.whole);
        assert!(answer.sends.iter().all(|send| send.len() <= 65_536 + 512));
    }
    let answer = ask(&demo, request("HEAD", "/big?n=18446744073709551615", ""));
    assert_eq!(answer.field("Content-Length"), Some("18446744073709551615"));
}

#[test]
fn a_query_that_is_no_number_is_answered_with_400() {
    for query in ["n=", "n=x", "n=-1", "n=%2B5", "n=+5", "n=18446744073709551616"] {
        assert_eq!(get(&demo, &format!("/big?{query}")).status, 400, "{query}");
    }
    assert_eq!(get(&demo, "/stream?ms=soon").status, 400);
    assert_eq!(get(&demo, "/slow?ms=1.5").status, 400);
}

#[test]
fn stream_sends_three_pieces_one_by_one() {
    let answer = get(&demo, "/stream?ms=1");
    assert_answers(&answer, 200, "part1\npart2\npart3\n");
    assert_eq!(answer.field("Content-Length"), None);
    assert!(answer.sends[0].ends_with(b"6\r\npart1\n\r\n"));
    assert_eq!(answer.sends[1], b"6\r\npart2\n\r\n");
}

#[test]
fn slow_answers_after_its_pause() {
    assert_answers(&get(&demo, "/slow?ms=2"), 200, "waited 2 ms\n");
    assert_answers(&get(&demo, "/slow"), 200, "waited 0 ms\n");
}

#[test]
fn status_answers_any_final_status() {
    for code in [200, 201, 301, 404, 418, 500, 599] {
        let answer = get(&demo, &format!("/status/{code}"));
        assert_answers(&answer, code, &format!("{code}\n"));
    }
    for code in [204, 304] {
        let answer = get(&demo, &format!("/status/{code}"));
        assert_answers(&answer, code, "");
        assert_eq!((answer.field("Content-Type"), answer.field("Content-Length")), (None, None));
    }
    assert_eq!(get(&demo, "/status/205").field("Content-Length"), Some("0"));
    for path in ["/status/", "/status/100", "/status/600", "/status/-200", "/status/65736"] {
        assert_eq!(get(&demo, path).status, 400, "{path}");
    }
}

#[test]
fn write_sends_before_the_body_does() {
    let answer = get(&demo, "/write");
    assert_answers(&answer, 200, "written twice and returned\n");
    assert!(answer.sends[0].ends_with(b"written \r\n"));
}

#[test]
fn exc_info_replaces_an_answer_of_which_nothing_was_sent() {
    let answer = get(&demo, "/exc");
    assert_answers(&answer, 500, "this replaced 200 OK\n");
    assert_eq!(answer.field("X-Answer"), Some("second"));
}

#[test]
fn exc_info_after_output_ends_the_connection_early() {
    let answer = get(&demo, "/exc-late");
    assert_eq!((answer.status, answer.whole, answer.outcome.persistent), (200, false, false));
    assert_eq!(answer.text(), "this was sent before the error\n");
}
