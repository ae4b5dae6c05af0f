//! What the stretch exercises ask for.

#[path = "stretch/balancer.rs"]
mod balancer;
#[path = "stretch/talk.rs"]
mod talk;
#[path = "stretch/talker.rs"]
mod talker;
#[path = "stretch/upstream.rs"]
mod upstream;

use grader::Group;

pub const GROUPS: &[Group] = &[Group::together(balancer::CHECKS), Group::together(talk::CHECKS)];

/// The number of each one's step, and a program that earns its points.
pub const SOLUTIONS: &[(u8, &str)] = &[
    (8, env!("CARGO_BIN_EXE_stage5-stretch-balancer")),
    (9, env!("CARGO_BIN_EXE_stage5-stretch-talk")),
];
