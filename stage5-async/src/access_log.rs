//! Hardening: the access log, on a thread of its own.
//!
//! A terminal that was paused, or a pipe whose reader sleeps, blocks whoever writes to it. Here
//! that would be every connection at once. So connections hand their lines over and go on; when
//! the thread can't keep up, lines are dropped and counted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;
use std::time::Duration;

use stage1_echo::contract::Failure;
use stage1_echo::terminal::{say, warn};
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::log::access_line;

use crate::limits::no_thread;

/// How many lines may wait to be written; each is about 100 bytes.
const WAITING: usize = 8 * 1024;

/// How long the last lines may take to be written when the server ends.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Where connections leave their lines.
#[derive(Debug, Clone)]
pub struct AccessLog {
    entries: SyncSender<Entry>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Line(String),
    /// All lines before this one are written once it is received.
    Flush(SyncSender<()>),
}

impl AccessLog {
    /// Starts the thread. It ends with the last copy of the log.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn start() -> Result<AccessLog, Failure> {
        let (entries, received) = sync_channel(WAITING);
        Builder::new().spawn(move || write(&received)).map_err(no_thread)?;
        Ok(AccessLog { entries, dropped: Arc::default() })
    }

    /// Leaves the line of one request.
    pub fn answered(&self, client: SocketAddr, head: &[u8], outcome: Outcome) {
        let line = Entry::Line(access_line(client, head, outcome));
        if self.entries.try_send(line).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all lines are written, but not for ever.
    pub fn flush(&self) {
        let (written, wait) = sync_channel(1);
        if self.entries.try_send(Entry::Flush(written)).is_ok() {
            let _ = wait.recv_timeout(LAST_LINES);
        }
        let dropped = self.dropped.load(Ordering::Relaxed);
        if dropped > 0 {
            warn(format_args!("{dropped} lines of the access log could not be written in time"));
        }
    }
}

fn write(entries: &Receiver<Entry>) {
    while let Ok(entry) = entries.recv() {
        match entry {
            Entry::Line(line) => say(format_args!("{line}")),
            Entry::Flush(written) => drop(written.send(())),
        }
    }
}
