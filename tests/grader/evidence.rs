//! Whoever knows something about a failure adds it; and the three ways in which a check fails.

use std::sync::Arc;

use crate::failure::{Failure, Seen};
use crate::tape::tapes;
use crate::witness::Witness;

/// Whatever can add facts to a failure: a client, a server, a program that has ended.
pub trait Evidence {
    /// `failure` with what this knows.
    fn add_to(&self, failure: Failure) -> Failure;
}

/// No evidence at all.
impl Evidence for () {
    fn add_to(&self, failure: Failure) -> Failure {
        failure
    }
}

impl Evidence for Arc<Witness> {
    fn add_to(&self, failure: Failure) -> Failure {
        let failure = failure.witness(self);
        match self.diary.last_talk() {
            // Most likely it was the client that came last who has waited in vain.
            Some(talk) if failure.kind() == Seen::Hung => failure.tapes(&tapes(&talk)),
            _ => failure,
        }
    }
}

/// Fails if `holds` is false; `what` says what should be so ("the second client is served").
///
/// # Errors
///
/// A failure with the evidence.
pub fn expect(
    evidence: &impl Evidence,
    holds: bool,
    what: impl Into<String>,
) -> Result<(), Failure> {
    if holds { Ok(()) } else { fail(evidence, what) }
}

/// Fails: `what` says what should be so and is not.
///
/// # Errors
///
/// Always.
pub fn fail<T>(evidence: &impl Evidence, what: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::new(format!("expected that {}", what.into())).of(evidence))
}

/// Fails if `got` differs from `expected`, and shows where; `what` says what should be so.
///
/// # Errors
///
/// A failure with both, and the evidence.
pub fn expect_eq(
    evidence: &impl Evidence,
    what: impl Into<String>,
    expected: impl AsRef<[u8]>,
    got: impl AsRef<[u8]>,
) -> Result<(), Failure> {
    let (expected, got) = (expected.as_ref(), got.as_ref());
    if expected == got {
        return Ok(());
    }
    let failure = Failure::new(format!("expected that {}", what.into())).seen(Seen::WrongBytes);
    Err(failure.expected(expected).got(got).of(evidence))
}
