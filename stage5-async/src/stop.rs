//! Hardening: SIGTERM and SIGINT, and how everybody learns of them.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What every connection holds, to learn that the server is stopping.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// The two ends of it: whoever sends `true` stops the server.
    pub fn channel() -> (watch::Sender<bool>, Stop) {
        let (sender, receiver) = watch::channel(false);
        (sender, Stop(receiver))
    }

    /// Whether the server is stopping.
    pub fn is_stopping(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the server is stopping.
    pub async fn stopping(&mut self) {
        // An error means that the server itself is gone: that is an end as well.
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }
}

/// The signals that ask for an end.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    first: Arc<OnceLock<Instant>>,
}

impl Signals {
    /// From now on these signals end the process no longer: somebody must wait for them.
    ///
    /// # Errors
    /// The system would not have it.
    pub fn listen() -> io::Result<Signals> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Signals { terminate, interrupt, first: Arc::default() })
    }

    /// Returns at the next SIGTERM or SIGINT.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        self.first.get_or_init(Instant::now);
    }

    /// When the first of them came, for what must happen within a time after it.
    pub fn first(&self) -> Arc<OnceLock<Instant>> {
        self.first.clone()
    }
}
