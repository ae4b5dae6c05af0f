//! What holds for any bytes: a split never matters, nothing panics, what was written is read back,
//! and two readers of the same line agree.
//!
//! `proptest` makes the bytes. Bytes that are just any never look like HTTP, so most are made of
//! parts that do, in an order that may not.

#![allow(clippy::unwrap_used)]

mod content;
mod corpus;
mod head;
mod request_line;
mod response;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Enough to find what is wrong, few enough to wait for.
const CASES: u32 = 200;

fn config() -> ProptestConfig {
    // Nothing is written beside the sources: a failure prints the case, which is made small.
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

/// Any order of these parts, with other bytes among them.
fn soup(parts: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        9 => select(parts).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..3),
    ];
    proptest::collection::vec(part, 0..16).prop_map(|parts| parts.concat())
}

/// Where to cut.
fn cuts() -> impl Strategy<Value = Vec<Index>> {
    proptest::collection::vec(any::<Index>(), 0..12)
}

/// The bytes in pieces.
fn pieces<'b>(bytes: &'b [u8], cuts: &[Index]) -> Vec<&'b [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, &end)| &bytes[start..end]).collect()
}
