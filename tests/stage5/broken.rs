//! What can be wrong with a server of stage 5, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage5.rs`.

use grader::Broken;

pub const BROKEN: &[Broken] = &[];
