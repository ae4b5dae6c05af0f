//! Hardening: connections to the workers, as many as there are workers, used again and again.
//!
//! A worker keeps to its connection until that ends. So a connection is worth keeping, and there
//! must never be more of them than workers: one that nobody uses would hold a worker for which
//! others wait. Who finds none free waits here. (In stage 4 each child has a copy of all this; it
//! makes one connection, waits in the queue of the Unix socket, and keeps nothing: its client may
//! take its time to leave.)

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::gateway::error::Error;
use crate::python::frame::Frame;
use crate::python::master::Master;
use crate::python::worker::{Silence, Worker};

/// The way to all workers.
#[derive(Debug)]
pub struct Workers {
    master: Master,
    /// How many there are.
    pub count: usize,
    /// How long a worker may take for what it says next, and how long a request waits for one.
    patience: Duration,
    free: Mutex<Free>,
    given_back: Condvar,
}

/// Connections that nobody uses now.
#[derive(Debug, Default)]
struct Free {
    idle: Vec<Connected>,
    /// How many are open, in use or not.
    open: usize,
}

/// A connection, and the pid of the worker that took it.
type Connected = (Worker, u32);

/// A connection for one request. If it is dropped, and not given back, it ends: the worker learns
/// that nobody wants the answer any more.
#[derive(Debug)]
pub struct Lease {
    workers: Arc<Workers>,
    connected: Option<Connected>,
    /// Whether this process may have another request for it.
    is_kept: bool,
    is_given_back: bool,
}

impl Workers {
    /// The workers of that master.
    pub fn new(master: Master, count: usize, patience: Duration) -> Workers {
        Workers { master, count, patience, free: Mutex::default(), given_back: Condvar::new() }
    }

    /// A connection to a worker that is free, or as soon as one is. `is_kept`: it may be used again
    /// once it is given back.
    ///
    /// # Errors
    /// `Upstream`: none got free in time, or there are none.
    pub fn lease(self: &Arc<Workers>, is_kept: bool) -> Result<Lease, Error> {
        let deadline = Instant::now() + self.patience;
        let connected = self.idle(deadline)?;
        let workers = Arc::clone(self);
        let mut lease = Lease { workers, connected, is_kept, is_given_back: false };
        if lease.connected.is_none() {
            let mut worker = Worker::connect(self.master.socket())
                .map_err(|error| self.master.unreachable(&error))?;
            match worker.next_frame(deadline.saturating_duration_since(Instant::now())) {
                Ok(Frame::Pid(pid)) => lease.connected = Some((worker, pid)),
                Ok(_) => return Err(Silence::Garbled.into()),
                Err(Silence::TooSlow) => return Err(self.none_was_free()),
                Err(silence) => return Err(silence.into()),
            }
        }
        Ok(lease)
    }

    /// An open connection that nobody uses; `None` if a new one may be opened.
    fn idle(&self, deadline: Instant) -> Result<Option<Connected>, Error> {
        let mut free = self.free();
        loop {
            while let Some(connected) = free.idle.pop() {
                if connected.0.is_idle() {
                    return Ok(Some(connected));
                }
                free.open -= 1; // its worker has ended meanwhile, and was replaced
            }
            if free.open < self.count {
                free.open += 1;
                return Ok(None);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.none_was_free());
            }
            let woken = self.given_back.wait_timeout(free, left);
            free = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Nothing can panic while the lock is held, so it is never left half changed.
    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn none_was_free(&self) -> Error {
        let (count, seconds) = (self.count, self.patience.as_secs_f32());
        Error::Upstream {
            status: 504,
            why: format!("no Python worker of {count} was free for {seconds} s; --python-workers"),
        }
    }
}

impl Lease {
    /// Sends frames to the worker.
    ///
    /// # Errors
    /// `Upstream` if it has ended, or takes nothing.
    pub fn send(&mut self, frames: &[u8]) -> Result<(), Error> {
        let patience = self.workers.patience;
        self.with(|worker| worker.send(frames, patience))
    }

    /// The worker's next frame.
    ///
    /// # Errors
    /// `Upstream` if it has ended, or said nothing for too long: then it is ended.
    pub fn next_frame(&mut self) -> Result<Frame, Error> {
        let patience = self.workers.patience;
        self.with(|worker| worker.next_frame(patience))
    }

    /// The worker's next frame, if it comes at once.
    pub fn next_within(&mut self, moment: Duration) -> Option<Frame> {
        self.connected.as_mut()?.0.next_frame(moment).ok()
    }

    /// Keeps the connection if there may be another request. The worker must have said its last about
    /// this one.
    pub fn give_back(mut self) {
        self.is_given_back = self.is_kept;
    }

    fn with<T>(
        &mut self,
        call: impl FnOnce(&mut Worker) -> Result<T, Silence>,
    ) -> Result<T, Error> {
        let Some((worker, pid)) = &mut self.connected else {
            return Err(Silence::Gone.into());
        };
        let result = call(worker);
        if let Err(Silence::TooSlow) = result {
            self.workers.master.end(*pid);
        }
        result.map_err(|silence| {
            self.connected = None;
            silence.into()
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut free = self.workers.free();
        match self.connected.take() {
            Some(connected) if self.is_given_back => free.idle.push(connected),
            _ => free.open -= 1,
        }
        drop(free);
        self.workers.given_back.notify_one();
    }
}
