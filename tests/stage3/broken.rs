//! What can be wrong with a server of stage 3, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage3.rs`.

use grader::Broken;

pub const BROKEN: &[Broken] = &[];
