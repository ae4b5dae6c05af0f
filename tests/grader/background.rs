//! Sends bytes on a thread of its own while the check reads on the same connection.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Seen};
use crate::patience::{CHECK_SECONDS, patience};

/// A blocked write can't be called off, so each one is short, and looks in between.
const ONE_WRITE: Duration = Duration::from_millis(20);

/// A thread that sends. Dropping this calls it off.
#[derive(Debug)]
pub(crate) struct Background {
    called_off: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Sends `bytes` over `stream` and then half-closes it, unless called off before.
    pub fn start(stream: TcpStream, bytes: Vec<u8>) -> Background {
        let called_off = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&called_off);
        let thread = std::thread::spawn(move || {
            if send(&stream, &bytes, &stop).is_ok() {
                // The reader sees the end that comes back, or that it does not.
                let _ = stream.shutdown(Shutdown::Write);
            }
        });
        Background { called_off, thread: Some(thread) }
    }

    /// Calls it off and waits until its descriptor is closed.
    pub fn join(mut self) -> Result<(), Failure> {
        self.called_off.store(true, Ordering::Relaxed);
        let joined = self.thread.take().map_or(Ok(()), JoinHandle::join);
        joined.map_err(|_| Failure::new("the sending thread panicked").seen(Seen::Machine))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.called_off.store(true, Ordering::Relaxed);
    }
}

fn send(mut stream: &TcpStream, bytes: &[u8], called_off: &AtomicBool) -> io::Result<()> {
    let until = Instant::now() + patience(CHECK_SECONDS);
    stream.set_write_timeout(Some(ONE_WRITE))?;
    let mut rest = bytes;
    while !rest.is_empty() {
        if called_off.load(Ordering::Relaxed) || Instant::now() >= until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match stream.write(rest) {
            Ok(count) => rest = &rest[count..],
            Err(error) if is_transient(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
