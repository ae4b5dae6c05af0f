//! Why a block can't be played on.

use crate::session::{Run, Wrong};

#[derive(Debug)]
pub enum Fault {
    /// The page refers to something that did not come above.
    Unknown(Wrong),
    /// Something else came than the page shows.
    Differs(Wrong),
}

/// What differs, as the judge finds it.
impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Fault {
        Fault::Differs(wrong)
    }
}

/// A program that was to end goes on.
pub fn not_ended(run: &Run, what: &str) -> Fault {
    let command = run.command.as_deref().unwrap_or("this program");
    Fault::Differs((run.line, format!("$ {command}: {what}")))
}
