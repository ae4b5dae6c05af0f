//! Where a head ends, and what shows that it never will.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::limits::{FIELDS, REQUEST_LINE};

/// What `find` says when the bytes have all come.
fn whole(bytes: &[u8]) -> Result<Option<Range<usize>>, Fault> {
    HeadEnd::default().find(bytes)
}

#[test]
fn a_head_ends_with_its_empty_line_and_not_with_a_read() {
    let bytes = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next";
    let mut head_end = HeadEnd::default();
    for length in 0..27 {
        assert_eq!(head_end.find(&bytes[..length]), Ok(None), "{length} bytes");
    }
    assert_eq!(head_end.find(bytes), Ok(Some(0..27)), "what follows belongs to the next request");
}

#[test]
fn one_empty_line_before_a_head_is_not_part_of_it() {
    assert_eq!(whole(b"\r\nGET / HTTP/1.0\r\n\r\n"), Ok(Some(2..20)));
    assert_eq!(whole(b"\r\n\r\nGET / HTTP/1.0\r\n\r\n"), Err(Fault::EmptyLines));
}

#[test]
fn a_bare_line_feed_or_carriage_return_is_a_fault_at_once() {
    assert_eq!(whole(b"GET / HTTP/1.1\n"), Err(Fault::BareLineEnd));
    assert_eq!(whole(b"GET / HTTP/1.1\r\nA: b\rC: d\r\n"), Err(Fault::BareLineEnd));
    assert_eq!(whole(b"GET / HTTP/1.1\r"), Ok(None), "the line feed may be on its way");
}

#[test]
fn a_line_that_never_ends_is_too_long_some_time() {
    let line = vec![b'a'; REQUEST_LINE];
    let with = |rest: &[u8]| whole(&[&line, rest].concat());
    assert_eq!(with(b""), Ok(None));
    assert_eq!(with(b"\r\nA: b"), Ok(None));
    assert_eq!(with(b"aa"), Err(Fault::RequestLineTooLong));
    assert_eq!(with(b"a\r\nA: b"), Err(Fault::RequestLineTooLong));
    assert_eq!(with(b"aa\n"), Err(Fault::RequestLineTooLong), "as if it had come byte by byte");
    assert_eq!(with(b"a\n"), Err(Fault::BareLineEnd));
}

#[test]
fn one_field_more_than_the_most_is_too_many() {
    let head = |fields| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(fields));
    assert!(whole(head(FIELDS).as_bytes()).unwrap().is_some());
    assert_eq!(whole(head(FIELDS + 1).as_bytes()), Err(Fault::TooManyFields));
}
