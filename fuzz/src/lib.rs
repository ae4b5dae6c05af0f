//! What no hand would write.
//!
//! Each target is a function that takes any bytes and panics if something does not hold of them.
//! libFuzzer looks for bytes that make one panic, guided by which code they reach; `cargo test -p
//! fuzz` tries the bytes that it has found worth keeping, which needs no libFuzzer.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `head.rs` | target: a request's head, whole and in pieces |
//! | `content.rs` | target: content, taken out of its framing |
//! | `environ.rs` | target: what an application sees of a request |
//! | `response.rs` | target: what an application says, read back from what we wrote |
//! | `framing.rs` | target: where each request ends, by us and by hyper |
//! | `connection.rs` | the requests that we find in a client's bytes |
//! | `peer.rs` | the requests that hyper finds in them |
//! | `rules.rs` | the standards' rules for single bytes, written down a second time |
//! | `near_misses.rs` | requests with one thing that is odd, some thousands of them |
//! | `verdicts.rs` | a program: our verdict on each, for `second_opinion.py` |

pub mod connection;
pub mod content;
pub mod environ;
pub mod framing;
pub mod head;
pub mod near_misses;
pub mod peer;
pub mod response;
pub mod rules;
