//! What only a learner's server is asked for: the bonus steps.

use grader::Group;

use crate::bonus;

pub const GROUPS: &[Group] = &[Group::together(bonus::CHECKS)];

/// The number of each one's step, and a program that earns its points. The server that is filled in
/// does the bonus steps too.
pub const SOLUTIONS: &[(u8, &str)] = &[];
