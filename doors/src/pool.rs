//! A few threads, and a queue before them: `door-pool`.
//!
//! Threads are started once. One thread accepts and puts connections into a queue that has room for so
//! many; the others take them out. When the queue is full, nobody accepts: the backlog fills, and then
//! the kernel lets clients wait outside. So neither memory nor threads depend on who connects.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

use doors::open;
use stage1_echo::accept_errors::{AcceptRetry, recover};
use stage1_echo::contract::{Failure, exit, variable};
use stage1_echo::terminal::say;
use stage3_gateway::connection::serve_connection;

/// How many threads serve, unless `THREADS` says another number.
const THREADS: usize = 16;
/// The most that make sense here: beyond, see `door-epoll`.
const MOST: usize = 1024;
/// How many connections may wait for a thread.
const WAITING: usize = 64;

const HELP: &str = "\
door-pool: a few threads serve all connections

Usage: door-pool [--quiet] [APPLICATION]
  THREADS=16       how many threads serve";

fn main() -> ExitCode {
    exit("door-pool", run())
}

fn run() -> Result<(), Failure> {
    let threads = threads_from_env()?;
    let Some((listening, service)) = open(HELP)? else { return Ok(()) };
    let queue = Arc::new(Queue::with_room(WAITING));
    for _ in 0..threads {
        let (queue, service) = (queue.clone(), service.clone());
        let serve = move |(connection, client)| {
            let _ = serve_connection(&connection, client, &service); // its own affair
        };
        Builder::new().spawn(move || work(&queue, serve))?;
    }
    say(format_args!("listening on http://{}", service.server.address));
    Ok(accept_all(&listening, &queue)?)
}

fn threads_from_env() -> Result<usize, Failure> {
    let Some(text) = variable("THREADS") else { return Ok(THREADS) };
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    let what = format!("THREADS is {text:?}; it must be a number from 1 to {MOST}");
    number.ok_or(Failure::Usage(what))
}

// ANCHOR: threads
fn accept_all(listening: &TcpListener, queue: &Queue<(TcpStream, SocketAddr)>) -> io::Result<()> {
    let mut retry = AcceptRetry::default();
    loop {
        match listening.accept() {
            Ok(accepted) => {
                retry.reset();
                queue.put(accepted); // waits while the queue is full
            }
            Err(error) => recover(&mut retry, error, listening)?,
        }
    }
}

/// The life of a thread. A panic must not end it: the pool would have one thread less, for ever.
fn work<T>(queue: &Queue<T>, serve: impl Fn(T)) {
    loop {
        let item = queue.take();
        let _ = catch_unwind(AssertUnwindSafe(|| serve(item)));
    }
}
// ANCHOR_END: threads

/// First in, first out, with room for so many.
struct Queue<T> {
    items: Mutex<VecDeque<T>>,
    room: usize,
    is_filled: Condvar,
    has_room: Condvar,
}

// ANCHOR: queue
impl<T> Queue<T> {
    fn put(&self, item: T) {
        let full = |items: &mut VecDeque<T>| items.len() >= self.room;
        let waited = self.has_room.wait_while(self.lock(), full);
        waited.unwrap_or_else(PoisonError::into_inner).push_back(item);
        self.is_filled.notify_one();
    }

    fn take(&self) -> T {
        let empty = |items: &mut VecDeque<T>| items.is_empty();
        let waited = self.is_filled.wait_while(self.lock(), empty);
        let item = waited.unwrap_or_else(PoisonError::into_inner).pop_front();
        self.has_room.notify_one();
        item.expect("we waited until it was not empty")
    }
    // ANCHOR_END: queue

    fn with_room(room: usize) -> Queue<T> {
        let items = Mutex::new(VecDeque::with_capacity(room));
        Queue { items, room, is_filled: Condvar::new(), has_room: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{channel, sync_channel};
    use std::thread::spawn;
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_panic_does_not_cost_the_pool_a_thread() {
        let queue = Arc::new(Queue::with_room(2));
        let (done, told) = channel();
        let theirs = queue.clone();
        spawn(move || {
            work(&theirs, move |item: u8| {
                assert_ne!(item, 1, "on purpose");
                let _ = done.send(item);
            });
        });
        queue.put(1);
        queue.put(2);
        assert_eq!(told.recv_timeout(LONG), Ok(2), "the only thread has survived the first");
    }

    #[test]
    fn who_puts_into_a_full_queue_waits() {
        let queue = Arc::new(Queue::with_room(1));
        queue.put(1);
        let (put, told) = sync_channel(1);
        let theirs = queue.clone();
        spawn(move || {
            theirs.put(2);
            let _ = put.send(());
        });
        assert!(told.recv_timeout(Duration::from_millis(50)).is_err(), "there was no room");
        assert_eq!(queue.take(), 1);
        assert_eq!(told.recv_timeout(LONG), Ok(()));
        assert_eq!(queue.take(), 2);
    }
}
