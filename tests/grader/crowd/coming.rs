//! Clients that keep coming, faster than a slow server accepts them.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// How long a client may take to connect: with a full backlog its first packet is dropped.
const CONNECTING: Duration = Duration::from_millis(500);
/// Between two clients.
const PACE: Duration = Duration::from_millis(2);

/// Clients that come, ask, and leave without an answer. Dropping this ends it.
#[derive(Debug)]
pub struct Crowd {
    is_over: Arc<AtomicBool>,
    coming: Option<JoinHandle<()>>,
}

impl Crowd {
    /// Some hundreds a second, if so many are let in.
    #[must_use]
    pub fn start(address: SocketAddr) -> Crowd {
        let is_over = Arc::new(AtomicBool::new(false));
        let theirs = is_over.clone();
        let coming = spawn(move || {
            while !theirs.load(Ordering::Relaxed) {
                if let Ok(mut client) = TcpStream::connect_timeout(&address, CONNECTING) {
                    // That nobody wants it any more is what these clients are for.
                    let _ = client.write_all(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
                }
                sleep(PACE);
            }
        });
        Crowd { is_over, coming: Some(coming) }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(coming) = self.coming.take() {
            let _ = coming.join();
        }
    }
}
