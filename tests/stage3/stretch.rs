//! What the stretch exercises ask for.

#[path = "stretch/folder.rs"]
mod folder;
#[path = "stretch/guard.rs"]
mod guard;
#[path = "stretch/outside.rs"]
mod outside;
#[path = "stretch/ranges.rs"]
mod ranges;
#[path = "stretch/served.rs"]
mod served;

use grader::Group;

pub const GROUPS: &[Group] = &[
    Group::together(guard::CHECKS),
    Group::together(served::CHECKS),
    Group::together(outside::CHECKS),
    Group::together(ranges::CHECKS),
];

/// The number of each one's step, and a program that earns its points.
pub const SOLUTIONS: &[(u8, &str)] = &[
    (13, env!("CARGO_BIN_EXE_stage3-stretch-guard")),
    (14, env!("CARGO_BIN_EXE_stage3-stretch-files")),
];
