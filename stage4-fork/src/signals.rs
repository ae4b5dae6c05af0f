//! First reading: the self-pipe: signals as bytes that `poll` can wait for, as it does for clients.
//!
//! A handler interrupts the program anywhere, so it may do next to nothing; it writes a byte into
//! a pipe whose other end is ours. From then on a signal is one more thing that can be read.

use std::cell::Cell;
use std::io::{self, Read};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::{SIGCHLD, SIGINT, SIGTERM};
use signal_hook::low_level::{pipe, unregister};
use signal_hook::{SigId, flag};
use stage1_echo::accept_errors::AcceptRetry;

/// SIGCHLD, SIGTERM and SIGINT, caught. Dropping it closes both ends of the pipe.
pub struct Signals {
    pipe: UnixStream,
    asked_to_stop: Arc<AtomicBool>,
    registered: Vec<SigId>,
    poll_retry: Cell<AcceptRetry>,
}

impl Signals {
    /// Catches the three from now on.
    ///
    /// # Errors
    /// No descriptors are left for the pipe.
    // ANCHOR: catch
    pub fn catch() -> io::Result<Signals> {
        let (ours, the_handlers) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let asked_to_stop = Arc::new(AtomicBool::new(false));
        let mut registered = Vec::new();
        for signal in [SIGTERM, SIGINT] {
            // Before the pipe: who reads the byte must find the flag set.
            registered.push(flag::register(signal, Arc::clone(&asked_to_stop))?);
        }
        for signal in [SIGCHLD, SIGTERM, SIGINT] {
            registered.push(pipe::register(signal, the_handlers.try_clone()?)?);
        }
        let poll_retry = Cell::default();
        Ok(Signals { pipe: ours, asked_to_stop, registered, poll_retry })
    }
    // ANCHOR_END: catch

    /// Sleeps until a signal has come since the last call, a connection waits in the backlog (if
    /// the listening socket is given), or the time is over (if there is one). It may wake without
    /// a reason.
    // ANCHOR: wait
    pub fn wait(&self, listening: Option<&TcpListener>, most: Option<Duration>) {
        let mut watched = vec![PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN)];
        watched.extend(listening.map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN)));
        // A longer time than poll can express is as good as the longest that it can.
        let most = most.map(|time| PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
        match poll(&mut watched, most) {
            // Interrupted by a signal: its byte is in the pipe.
            Ok(_) | Err(Errno::EINTR) => self.poll_retry.set(AcceptRetry::default()),
            Err(error) => self.pause(&error.into()), // ENOMEM: soon there may be some
        }
        // Empty before anybody looks what happened: what happens later has a byte of its own.
        while (&self.pipe).read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
    }
    // ANCHOR_END: wait

    /// Without `poll` nothing can be waited for. Whoever called looks around once a pause instead.
    fn pause(&self, error: &io::Error) {
        let mut retry = self.poll_retry.get();
        let pause = retry.pause(error);
        self.poll_retry.set(retry);
        pause.report("poll", error);
        sleep(pause.time);
    }

    /// Whether SIGTERM or SIGINT has come since the last call.
    pub fn asked_to_stop(&self) -> bool {
        self.asked_to_stop.swap(false, Ordering::Relaxed)
    }
}

// ANCHOR: drop
impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            unregister(id);
        }
    }
}
// ANCHOR_END: drop
