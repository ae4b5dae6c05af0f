//! Hardening: the access log, on a thread of its own.
//!
//! A line that finds no room in a pipe or terminal is lost at once in the other stages: they have
//! nobody who could wait for the reader. Here a thread waits for it, while connections hand their lines
//! over and go on. So a reader that is slow for a while loses nothing. When more lines wait than
//! we care to keep, new ones are dropped.
//!
//! The thread can't simply sleep in `write`, because the server must stop although nobody reads: it
//! sleeps in `poll`, which also returns when we close our end of a pipe between us and it. In the end
//! each line was either written or counted as lost, so that the server can tell exactly how many are
//! missing: those dropped, those still in the queue, and the one in the thread's hands.

use std::collections::VecDeque;
use std::io::{PipeReader, PipeWriter, pipe};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use stage1_echo::contract::Failure;
use stage1_echo::terminal::OUT;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::log::access_line;

use crate::limits::no_thread;

/// How many lines may wait to be written; each is about 100 bytes.
const WAITING: usize = 8 * 1024;

/// How long the last lines are waited for at most when the server stops.
pub const LAST_LINES: Duration = Duration::from_secs(1);

/// A terminal can claim to have room and then not take a line. We don't ask it all the time.
const A_MOMENT: Duration = Duration::from_millis(10);

/// Where connections leave their lines. A copy is another handle for the same.
#[derive(Debug, Clone)]
pub struct AccessLog(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug)]
struct Queue {
    lines: VecDeque<String>,
    /// Dropping it wakes the thread.
    wake: Option<PipeWriter>,
    /// Set at the end: so long the thread may still wait for the reader.
    deadline: Option<Instant>,
    /// The thread has written or counted every line.
    is_done: bool,
}

impl AccessLog {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread or no descriptors for it.
    pub fn start() -> Result<AccessLog, Failure> {
        let (asleep, wake) = pipe()?;
        let lines = VecDeque::new();
        let queue = Queue { lines, wake: Some(wake), deadline: None, is_done: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() });
        let thread = shared.clone();
        Builder::new().spawn(move || thread.work(&asleep)).map_err(no_thread)?;
        Ok(AccessLog(shared))
    }

    /// Leaves the line of one request.
    pub fn answered(&self, client: SocketAddr, head: &[u8], outcome: Outcome) {
        let line = access_line(client, head, outcome) + "\n";
        let mut queue = self.0.queue();
        if queue.lines.len() < WAITING && !queue.is_done {
            queue.lines.push_back(line);
            drop(queue);
            self.0.changed.notify_all();
        } else {
            drop(queue);
            OUT.lose(1, Errno::EAGAIN);
        }
    }

    /// Writes what can be written without waiting, waits for the reader of the rest for `patience`, and
    /// counts what is left then.
    pub fn finish(&self, patience: Duration) {
        let mut queue = self.0.queue();
        queue.deadline = Some(Instant::now() + patience);
        queue.wake = None;
        self.0.changed.notify_all();
        // It never waits longer than that. If it does nevertheless, we don't.
        let most = patience + LAST_LINES;
        let waited = self.0.changed.wait_timeout_while(queue, most, |queue| !queue.is_done);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !queue.is_done {
            let left = queue.lines.len() as u64 + 1;
            queue.lines.clear();
            OUT.lose(left, Errno::EAGAIN);
        }
    }
}

impl Shared {
    /// The life of the thread: line after line, until the log is finished and none is left.
    fn work(&self, asleep: &PipeReader) {
        while let Some(line) = self.next() {
            self.print(line.as_bytes(), asleep);
        }
    }

    /// Waits for a line.
    fn next(&self) -> Option<String> {
        let nothing = |queue: &mut Queue| queue.lines.is_empty() && queue.deadline.is_none();
        let waited = self.changed.wait_while(self.queue(), nothing);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        let line = queue.lines.pop_front();
        if line.is_none() {
            queue.is_done = true; // from now on, lines are counted by whoever has them
            self.changed.notify_all();
        }
        line
    }

    /// Writes a line as soon as there is room for it, or counts it.
    fn print(&self, line: &[u8], asleep: &PipeReader) {
        let mut has_waited = false;
        while let Err(why) = OUT.try_print(line) {
            let deadline = self.queue().deadline;
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            if why != Errno::EAGAIN || left.is_some_and(|left| left.is_zero()) {
                return OUT.lose(1, why);
            }
            if has_waited {
                sleep(A_MOMENT);
            }
            // Once it has been woken, the pipe would wake it at once, again and again.
            OUT.wait_for_room(left.is_none().then_some(asleep.as_fd()), left);
            has_waited = true;
        }
    }

    /// Nothing can panic while the lock is held, so it is never left half changed.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
