//! What the stretch exercises ask for.

#[path = "stretch/file.rs"]
mod file;
#[path = "stretch/hints.rs"]
pub mod hints;
#[path = "stretch/new_program.rs"]
mod new_program;
#[path = "stretch/workers.rs"]
mod workers;

use grader::Group;

pub const GROUPS: &[Group] =
    &[Group::together(workers::CHECKS), Group::together(new_program::CHECKS)];

/// The number of each one's step, and a program that earns its points.
pub const SOLUTIONS: &[(u8, &str)] = &[
    (10, env!("CARGO_BIN_EXE_stage4-stretch-workers")),
    (11, env!("CARGO_BIN_EXE_stage4-stretch-new-program")),
];
