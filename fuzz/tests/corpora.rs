//! The bytes that were worth keeping, tried again, without libFuzzer.

#![allow(missing_docs)]

use std::fs;
use std::path::Path;

use fuzz::connection::read;
use fuzz::{content, environ, framing, head, near_misses, peer, response};

/// Where the two may differ, and why. Each of them must.
const ALLOWED: [(&str, &str); 2] = [
    ("trailers-of-16-kib", "hyper's limit counts the last-chunk's line, too"),
    ("trailers-of-16-kib, and others", "the same"),
];

/// Tries every file of a target's corpus.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = fs::read_dir(folder).expect("the corpus is there");
    let mut tried = 0;
    for file in files {
        let path = file.expect("it can be read").path();
        println!("{}", path.display()); // shown if it fails
        check(&fs::read(path).expect("it can be read"));
        tried += 1;
    }
    assert!(tried > 30, "only {tried} files");
}

#[test]
fn what_is_kept_of_head_holds() {
    replay("head", head::check);
}

#[test]
fn what_is_kept_of_content_holds() {
    replay("content", content::check);
}

#[test]
fn what_is_kept_of_environ_holds() {
    replay("environ", environ::check);
}

#[test]
fn what_is_kept_of_response_holds() {
    replay("response", response::check);
}

#[test]
fn what_is_kept_of_framing_holds() {
    replay("framing", framing::check);
}

#[test]
fn hyper_splits_no_near_miss_otherwise() {
    let cases = near_misses::all().expect("the requests are there");
    assert!(cases.len() > 20_000, "only {}", cases.len());
    let mut taken = 0;
    for case in cases {
        let (ours, theirs) = (read(&case.bytes), peer::read(&case.bytes));
        taken += usize::from(theirs.requests.len() >= 3 && ours.requests.len() >= 3);
        let is_allowed = ALLOWED.iter().any(|(name, _)| *name == case.name);
        match framing::compare(&case.bytes, &ours, &theirs) {
            Ok(()) => assert!(!is_allowed, "{} is read alike by now", case.name),
            Err(_) if is_allowed => {}
            Err(difference) => {
                panic!("{}: {difference}\nours: {ours:?}\nhyper's: {theirs:?}", case.name);
            }
        }
    }
    assert!(taken > 300, "only {taken} are taken by both with what stands behind them");
}
