//! What a rule finds: the place, what is wrong there, and what to do.

use std::fmt::{self, Display};

use crate::source::Source;

/// Looks at all files and returns what is wrong in them.
pub type Rule = fn(&[Source]) -> Vec<Finding>;

/// One thing that is wrong.
#[derive(Debug)]
pub struct Finding {
    place: String,
    wrong: String,
    remedy: String,
}

impl Finding {
    /// At a line of a file; lines count from 1.
    pub fn at(
        source: &Source,
        line: usize,
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding::of(format!("{}:{line}", source.path), wrong, remedy)
    }

    /// Of something larger than a line.
    pub fn of(
        place: impl Into<String>,
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { place: place.into(), wrong: wrong.into(), remedy: remedy.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.wrong, self.remedy)
    }
}

/// The places that a rule finds in these files, for the tests of rules.
pub fn places(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    rule(&sources).into_iter().map(|finding| finding.place).collect()
}
