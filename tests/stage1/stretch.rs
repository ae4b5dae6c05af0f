//! What the stretch exercises ask for.

#[path = "stretch/datagrams.rs"]
mod datagrams;
#[path = "stretch/hints.rs"]
pub mod hints;
#[path = "stretch/two_at_once.rs"]
mod two_at_once;
#[path = "stretch/unread.rs"]
mod unread;

use grader::Group;

pub const GROUPS: &[Group] = &[
    Group::together(&[two_at_once::CHECK]),
    Group::together(&[unread::CHECK]),
    Group::together(&[datagrams::CHECK]),
];

/// The number of each one's step, and a program that earns its points.
pub const SOLUTIONS: &[(u8, &str)] = &[
    (7, env!("CARGO_BIN_EXE_stage1-stretch-two-at-once")),
    (8, env!("CARGO_BIN_EXE_stage1-stretch-datagrams")),
];
