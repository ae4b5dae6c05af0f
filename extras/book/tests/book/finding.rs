//! What is wrong in the book: where, what, and what to do.

use std::fmt::{self, Display};

use crate::files::Files;

/// Looks at the book and returns what is wrong in it.
pub type Rule = fn(&Files) -> Vec<Finding>;

/// One thing that is wrong.
#[derive(Debug)]
pub struct Finding {
    pub path: String,
    /// From 1.
    pub line: usize,
    pub wrong: String,
    pub remedy: String,
}

impl Finding {
    pub fn new(
        path: &str,
        line: usize,
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { path: path.to_owned(), line, wrong: wrong.into(), remedy: remedy.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Finding { path, line, wrong, remedy } = self;
        write!(f, "{path}:{line}: {wrong}; {remedy}")
    }
}

/// The places, `path:line`, that a rule finds in these files: for the tests of rules.
#[cfg(test)]
pub fn places(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    let found = rule(&Files::of(files));
    found.into_iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
}
