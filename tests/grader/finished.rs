//! A program that was not asked to listen, as for `--help`, or that refused to.

use std::process::ExitStatus;

use crate::evidence::Evidence;
use crate::failure::Failure;
use crate::running::Running;

/// A program that has ended by itself.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    pub(crate) running: Running,
}

impl Finished {
    /// What it printed on standard output.
    #[must_use]
    pub fn stdout_lines(&self) -> Vec<String> {
        self.running.settle();
        self.running.witness.stdout.text()
    }

    /// What it printed on standard error.
    #[must_use]
    pub fn stderr_lines(&self) -> Vec<String> {
        self.running.settle();
        self.running.witness.stderr.text()
    }
}

impl Evidence for Finished {
    fn add_to(&self, failure: Failure) -> Failure {
        self.running.add_to(failure)
    }
}
