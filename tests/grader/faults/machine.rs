//! What a machine may lack for the checks of this part, and what a person is told who lacks it.
//!
//! `strace` is there on Linux only, and may not look into other processes everywhere: Ubuntu lets
//! it do so for root. `slowhttptest` plays the slow clients of `crowd.rs`. `FAULTS_SKIP=never` makes
//! failures of what is left out.

use std::collections::BTreeSet;
use std::env;
use std::sync::{Mutex, PoisonError};

use crate::check::Verdict;
use crate::failure::{Failure, LEFT_OUT, Seen};

/// That a check can't be done here.
pub fn lacks(what: impl AsRef<str>) -> Failure {
    Failure::new(format!("{LEFT_OUT}: {}", what.as_ref())).seen(Seen::Machine)
}

/// The verdict, unless it is that this machine lacks what the check needs: then that is said, once for
/// each thing, and nothing is judged.
///
/// # Errors
///
/// What the check found; with `FAULTS_SKIP=never`, also what is lacking.
pub fn unless_left_out(verdict: Verdict) -> Verdict {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Err(failure) = verdict else { return Ok(()) };
    let is_lacking = failure.kind() == Seen::Machine && failure.what().starts_with(LEFT_OUT);
    let is_needed = env::var("FAULTS_SKIP").is_ok_and(|skip| skip == "never");
    if !is_lacking || is_needed {
        return Err(failure);
    }
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.insert(failure.what().to_owned()) {
        eprintln!("some checks with faults or slow clients look at nothing: {}", failure.what());
    }
    Ok(())
}
