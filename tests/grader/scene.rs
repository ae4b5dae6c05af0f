//! What a check is doing, seen from outside of its thread: for the story of one that is given up.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::witness::Witness;

thread_local! {
    static HERE: RefCell<Scene> = RefCell::default();
}

/// The program that the check has started last, and what it waits for.
#[derive(Clone, Default, Debug)]
pub(crate) struct Scene(Arc<Mutex<Inner>>);

#[derive(Default, Debug)]
struct Inner {
    witness: Option<Arc<Witness>>,
    started: Option<Instant>,
    waits_for: String,
}

impl Scene {
    /// From here on, what this thread does is seen in this scene.
    pub fn set(&self) {
        HERE.with(|here| here.replace(self.clone()));
    }

    /// The program that was started last.
    pub fn witness(&self) -> Option<Arc<Witness>> {
        self.lock().witness.clone()
    }

    /// When that was started, or when the check was last seen to go on.
    pub fn started(&self) -> Option<Instant> {
        self.lock().started
    }

    /// What was waited for last; empty if nothing was.
    pub fn waits_for(&self) -> String {
        self.lock().waits_for.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Each fact is whole after every change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This thread has started a program.
pub(crate) fn enters(witness: &Arc<Witness>) {
    HERE.with(|here| {
        let here = here.borrow();
        let mut inner = here.lock();
        inner.witness = Some(Arc::clone(witness));
        inner.started = Some(Instant::now());
    });
}

/// What this thread does goes on, so it has its whole time again.
pub(crate) fn goes_on() {
    HERE.with(|here| here.borrow().lock().started = Some(Instant::now()));
}

/// This thread waits for something: a noun, as in "the last zombie to be reaped".
pub(crate) fn waits_for(what: &str) {
    HERE.with(|here| {
        let here = here.borrow();
        let mut inner = here.lock();
        inner.waits_for.clear();
        inner.waits_for.push_str(what);
    });
}
