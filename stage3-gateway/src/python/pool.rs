//! Connections to the workers, as many as there are workers at most, used again and again.
//!
//! A worker keeps to its connection until that ends. So a connection is worth keeping, and there must
//! never be more of them than workers: one that is not in use would hold a worker for which a request
//! waits. A request that finds none free waits here. A worker that is busy after its response is
//! complete, with the application's `close()`, loses its connection and takes a new one when it is
//! free: until then others get what comes. (In stage 4 each child has a copy of all this; it makes one
//! connection, waits in the queue of the Unix socket, and keeps nothing: its client may take its time
//! to leave.)

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stage2_single_request::deadline::uninterrupted;

use crate::gateway::error::Error;
use crate::python::process::Master;
use crate::python::protocol::{Frame, parse};

/// The connections to all workers.
#[derive(Debug)]
pub struct Pool {
    master: Master,
    /// How many there are.
    pub count: usize,
    /// How long a worker may take for what it says next, and how long a request waits for one.
    patience: Duration,
    free: Mutex<Free>,
    given_back: Condvar,
}

/// Connections that are not in use.
#[derive(Debug, Default)]
struct Free {
    idle: Vec<Connected>,
    /// How many are open, in use or not.
    open: usize,
}

/// A connection, and the pid of the worker that took it.
type Connected = (Worker, u32);

/// A connection for one request. If it is dropped, and not given back, it ends: the worker learns
/// that its response isn't wanted any more.
#[derive(Debug)]
pub struct Lease {
    pool: Arc<Pool>,
    connected: Option<Connected>,
    /// Whether this process may have another request for it.
    is_kept: bool,
    is_given_back: bool,
}

impl Pool {
    /// For the workers of that master.
    pub fn new(master: Master, count: usize, patience: Duration) -> Pool {
        Pool { master, count, patience, free: Mutex::default(), given_back: Condvar::new() }
    }

    /// A connection to a worker that is free, or as soon as one is. `is_kept`: it may be used again
    /// once it is given back.
    ///
    /// # Errors
    /// `Upstream`: none got free in time, or there are none.
    pub fn lease(self: &Arc<Pool>, is_kept: bool) -> Result<Lease, Error> {
        let deadline = Instant::now() + self.patience;
        let connected = self.idle(deadline)?;
        let pool = Arc::clone(self);
        let mut lease = Lease { pool, connected, is_kept, is_given_back: false };
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

    /// An open connection that is not in use; `None` if a new one may be opened.
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
    /// Sends frames to the worker. One that has left this connection may have said something before
    /// it did so, the whole response even, and that is what counts.
    ///
    /// # Errors
    /// `Upstream` if it takes nothing.
    pub fn send(&mut self, frames: &[u8]) -> Result<(), Error> {
        let patience = self.pool.patience;
        self.with(|worker| match worker.send(frames, patience) {
            Err(Silence::Gone) => Ok(()),
            sent => sent,
        })
    }

    /// The worker's next frame.
    ///
    /// # Errors
    /// `Upstream` if it has ended, or said nothing for too long: then it is ended.
    pub fn next_frame(&mut self) -> Result<Frame, Error> {
        let patience = self.pool.patience;
        self.with(|worker| worker.next_frame(patience))
    }

    /// The worker's next frame, if it comes at once and the connection is to be kept.
    pub fn next_within(&mut self, moment: Duration) -> Option<Frame> {
        let (worker, _) = self.connected.as_mut().filter(|_| self.is_kept)?;
        worker.next_frame(moment).ok()
    }

    /// Keeps the connection for another request, once this lease is dropped. The worker must have said
    /// that it is free.
    pub fn give_back(&mut self) {
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
            self.pool.master.end(*pid);
        }
        result.map_err(|silence| {
            self.connected = None;
            silence.into()
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut free = self.pool.free();
        match self.connected.take() {
            Some(connected) if self.is_given_back => free.idle.push(connected),
            _ => free.open -= 1,
        }
        drop(free);
        self.pool.given_back.notify_one();
    }
}

/// How much is read at once.
const PIECE: usize = 32 * 1024;

/// A connection to a worker, which answers one request after the other on it.
#[derive(Debug)]
pub struct Worker {
    stream: UnixStream,
    /// What was received and not yet understood starts at `at`.
    received: Vec<u8>,
    at: usize,
}

/// Why there is no next frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Silence {
    /// The worker is there, and has said nothing in the time that it had.
    TooSlow,
    /// The connection has ended, and the worker with it.
    Gone,
    /// It said what makes no sense.
    Garbled,
}

impl Worker {
    /// Joins the queue for a worker. When it returns, no worker may have taken this connection yet.
    ///
    /// # Errors
    /// No process listens there.
    pub fn connect(path: &Path) -> io::Result<Worker> {
        let stream = UnixStream::connect(path)?;
        Ok(Worker { stream, received: Vec::new(), at: 0 })
    }

    /// Sends frames. The worker has so long to take them.
    ///
    /// # Errors
    /// `TooSlow` or `Gone`.
    pub fn send(&mut self, frames: &[u8], patience: Duration) -> Result<(), Silence> {
        let sent = self.stream.set_write_timeout(Some(patience));
        sent.and_then(|()| self.stream.write_all(frames)).map_err(|error| why(&error))
    }

    /// The next frame. The worker has so long to send it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn next_frame(&mut self, patience: Duration) -> Result<Frame, Silence> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(frame) = self.received()? {
                return Ok(frame);
            }
            let old = self.received.len();
            self.received.resize(old + PIECE, 0);
            let (mut stream, room) = (&self.stream, &mut self.received[old..]);
            let length = uninterrupted(deadline, |left| {
                stream.set_read_timeout(Some(left))?;
                stream.read(room)
            });
            self.received.truncate(old + *length.as_ref().unwrap_or(&0));
            match length {
                Ok(0) => return Err(Silence::Gone),
                Ok(_) => {}
                Err(error) => return Err(why(&error)),
            }
        }
    }

    /// The next frame, if it was received already.
    ///
    /// # Errors
    /// `Garbled`.
    pub fn received(&mut self) -> Result<Option<Frame>, Silence> {
        let parsed = parse(&self.received[self.at..]).map_err(|_| Silence::Garbled)?;
        let Some((frame, length)) = parsed else {
            self.received.drain(..self.at);
            self.at = 0;
            return Ok(None);
        };
        self.at += length;
        Ok(Some(frame))
    }

    /// Whether the worker is there and has nothing to say, as it should be between two requests.
    pub fn is_idle(&self) -> bool {
        let look = || {
            self.stream.set_nonblocking(true)?;
            let read = (&self.stream).read(&mut [0]); // 0: it has gone; 1: it should have waited
            self.stream.set_nonblocking(false)?;
            read
        };
        let nothing = look().is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        nothing && self.at == self.received.len()
    }
}

impl From<Silence> for Error {
    fn from(silence: Silence) -> Error {
        let (status, why) = match silence {
            Silence::TooSlow => (504, "the Python worker took too long, and was ended"),
            Silence::Gone => (502, "the Python worker ended in the middle of a request"),
            Silence::Garbled => (502, "what the Python worker said makes no sense"),
        };
        Error::Upstream { status, why: why.to_string() }
    }
}

fn why(error: &io::Error) -> Silence {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Silence::TooSlow,
        _ => Silence::Gone,
    }
}
