//! What only a learner's server is asked for: the bonus steps, and the stretch exercises.

#[path = "stretch/balancer.rs"]
mod balancer;
#[path = "stretch/hints.rs"]
pub mod hints;
#[path = "stretch/talk.rs"]
mod talk;
#[path = "stretch/talker.rs"]
mod talker;
#[path = "stretch/upstream.rs"]
mod upstream;

use grader::Group;

use crate::bonus;

pub const GROUPS: &[Group] = &[
    Group::together(bonus::CHECKS),
    Group::together(balancer::CHECKS),
    Group::together(talk::CHECKS),
];

/// The number of each one's step, and a program that earns its points. The server that is filled in
/// does the bonus steps too, and not the exercises.
pub const SOLUTIONS: &[(u8, &str)] = &[
    (10, env!("CARGO_BIN_EXE_stage5-stretch-balancer")),
    (11, env!("CARGO_BIN_EXE_stage5-stretch-talk")),
];
