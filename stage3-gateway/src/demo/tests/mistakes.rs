//! Applications that fail, and bodies that are dropped.

#![allow(clippy::unwrap_used)]

use super::assert_answers;
use crate::demo::closed::{count, counted};
use crate::demo::demo;
use crate::gateway::application::empty;
use crate::gateway::testing::get;

#[test]
fn a_failure_before_output_becomes_500_and_tells_the_client_nothing() {
    for path in ["/raise", "/raise-first", "/raise-empty", "/panic", "/inject", "/never", "/twice"]
    {
        assert_answers(
            &get(&demo, path),
            500,
            "500 Internal Server Error: the application failed\n",
        );
    }
}

#[test]
fn a_body_that_is_too_short_ends_the_connection() {
    for path in ["/cl-short", "/raise-late", "/panic-late"] {
        let answer = get(&demo, path);
        assert_eq!((answer.status, answer.text().as_str()), (200, "12345"), "{path}");
        assert_eq!(answer.field("Content-Length"), Some("10"), "{path}");
        assert!(!answer.whole && !answer.outcome.persistent, "{path}");
    }
}

#[test]
fn a_body_that_is_too_long_is_cut() {
    let answer = get(&demo, "/cl-long");
    assert_answers(&answer, 200, "12345");
    assert!(answer.outcome.persistent);
}

#[test]
fn a_dropped_body_is_counted() {
    let before = count();
    drop(counted(empty()));
    assert!(count() > before, "other tests drop bodies meanwhile");
    assert!(get(&demo, "/closed").text().trim_end().parse::<u64>().unwrap() > before);
}
