//! Jobs that block, that are many, and that panic.

#![allow(clippy::unwrap_used)]

use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use super::Threads;
use crate::limits::THREADS;

/// Long enough for any machine; only there to end a hang.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_job_that_blocks_holds_up_no_other() {
    let threads = Threads::default();
    // None of them ends before all are there.
    let together = Arc::new(Barrier::new(THREADS));
    let (done, all) = channel();
    for _ in 0..THREADS {
        let (together, done) = (Arc::clone(&together), done.clone());
        threads.run(move || {
            together.wait();
            done.send(()).unwrap();
        });
    }
    for _ in 0..THREADS {
        all.recv_timeout(PATIENCE).unwrap();
    }
    assert_eq!(threads.state().threads, THREADS, "as many as there may be, and no more");
}

#[test]
fn jobs_wait_when_all_threads_are_taken() {
    let threads = Threads::default();
    let (release, held) = channel::<()>();
    let held = Arc::new(std::sync::Mutex::new(held));
    let (done, all) = channel();
    for job in 0..THREADS + 10 {
        let (held, done) = (Arc::clone(&held), done.clone());
        threads.run(move || {
            let _ = held.lock().unwrap().recv(); // an error: released
            done.send(job).unwrap();
        });
    }
    drop(release);
    let mut jobs: Vec<usize> =
        (0..THREADS + 10).map(|_| all.recv_timeout(PATIENCE).unwrap()).collect();
    jobs.sort();
    assert_eq!(jobs, (0..THREADS + 10).collect::<Vec<_>>(), "each is done, and done once");
}

#[test]
fn a_panic_ends_no_thread() {
    let threads = Threads::default();
    let (done, all) = channel();
    for job in 0..100 {
        let done = done.clone();
        threads.run(move || {
            done.send(()).unwrap();
            assert!(job % 2 == 0, "on purpose");
        });
    }
    for _ in 0..100 {
        all.recv_timeout(PATIENCE).unwrap();
    }
}
