//! Hardening: threads for applications that block, as tokio's `spawn_blocking` has them; but many jobs
//! that come at once wake one thread and not one each.
//!
//! Waking a thread costs more than a small application does. So at most one is being woken at any time.
//! It takes a job, and if more are waiting it has the next thread woken before it begins: so an
//! application that blocks holds up nobody; and of those that don't, the first thread has answered all
//! before the second is there.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use stage1_echo::terminal::warn;

use crate::limits::THREADS;

/// A thread without work ends after this time.
const IDLE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// The threads, and the jobs that wait for one of them. A copy is another handle for the same.
#[derive(Clone, Default)]
pub struct Threads(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// How many threads there are, and how many of them wait for work.
    threads: usize,
    idle: usize,
    /// Whether one is on its way to the jobs.
    is_coming: bool,
}

impl Threads {
    /// Has a thread do this, now or as soon as one of [`THREADS`] is free.
    // ANCHOR: run
    pub fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        state.jobs.push_back(Box::new(job));
        self.call_one(state);
    }

    /// Has a thread come for the jobs, if none is on its way.
    fn call_one(&self, mut state: MutexGuard<State>) {
        if state.is_coming || state.jobs.is_empty() {
            return;
        }
        if state.idle > 0 {
            state.is_coming = true;
            drop(state);
            self.0.work.notify_one();
        } else if state.threads < THREADS {
            let threads = self.clone();
            match Builder::new().spawn(move || threads.work()) {
                Ok(_) => (state.threads, state.is_coming) = (state.threads + 1, true),
                Err(error) => {
                    warn(format_args!("no thread for an application: {error}"));
                    if state.threads == 0 {
                        state.jobs.clear(); // nobody would ever come: their clients must not wait
                    }
                }
            }
        }
    }
    // ANCHOR_END: run

    /// The life of a thread: job after job, until there has been none for a while.
    // ANCHOR: work
    fn work(&self) {
        let mut state = self.state();
        state.is_coming = false;
        loop {
            if let Some(job) = state.jobs.pop_front() {
                self.call_one(state);
                // It catches the application's panics. Another would be ours, and ends no thread.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.state();
            } else if let Some(called) = self.rest(state) {
                state = called;
            } else {
                return;
            }
        }
    }
    // ANCHOR_END: work

    /// Waits to be called; `None` if that took too long.
    fn rest<'s>(&'s self, mut state: MutexGuard<'s, State>) -> Option<MutexGuard<'s, State>> {
        state.idle += 1;
        let woken = self.0.work.wait_timeout(state, IDLE);
        let (mut state, waited) = woken.unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        state.is_coming = false;
        if waited.timed_out() && state.jobs.is_empty() {
            state.threads -= 1;
            return None;
        }
        Some(state)
    }

    /// Nothing can panic while the lock is held, so it is never left half changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
