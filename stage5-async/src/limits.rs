//! Hardening: how many connections, threads and requests, and the descriptors that takes.

use std::io;
use std::num::NonZero;
use std::sync::mpsc::channel;
use std::thread::{Builder, available_parallelism};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use stage1_echo::contract::Failure;
use stage1_echo::terminal::warn;
use stage2_single_request::limits::seconds_from_env;

/// The most connections at once. More than that stay in the backlog, where they cost us nothing.
pub const CONNECTIONS: usize = 12_288;
/// How many connections the kernel holds for us while we are busy; the Python lesson's number. Linux
/// cuts it to its own limit (`net.core.somaxconn`, 4096 today).
pub const BACKLOG: i32 = 1024;
/// The most threads for applications that block. The requests beyond that wait for one.
pub const THREADS: usize = 512;
/// The most requests on one connection, so that no client keeps its place for ever.
pub const REQUESTS: usize = 1_000;
/// Content up to this size is read before a thread is taken: a slow upload then holds no thread.
pub const READ_AHEAD: u64 = 64 * 1024;
/// Answers to pipelined requests are collected up to this size before they are sent.
pub const COLLECTED: usize = 64 * 1024;
/// How long the requests that run at SIGTERM may take to end.
const STOP: Duration = Duration::from_secs(10);

/// Descriptors that are not connections: the listening socket, the log, the runtime's own.
const SPARE: u64 = 64;

/// How long to wait for running requests at the end; `STOP_TIMEOUT` (in seconds) replaces it.
///
/// # Errors
/// `Usage` if `STOP_TIMEOUT` is not a time.
pub fn stop_patience_from_env() -> Result<Duration, Failure> {
    Ok(seconds_from_env("STOP_TIMEOUT")?.unwrap_or(STOP))
}

/// Raises the soft limit of descriptors to what [`CONNECTIONS`] need, as far as the hard limit
/// lets it, and says so if that is not far enough.
///
/// # Errors
/// `System` if there are not even enough for the server itself: the runtime would panic.
pub fn raise_descriptor_limit() -> Result<(), Failure> {
    let needed = CONNECTIONS as u64 + SPARE;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return Ok(()) };
    let wanted = needed.min(hard);
    let has = if wanted > soft && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
        wanted
    } else {
        soft
    };
    if has < SPARE {
        let remedy = format!("raise the limit (ulimit -n) to {SPARE} at least, better to {needed}");
        return Err(Failure::System(format!("only {has} descriptors are allowed; {remedy}")));
    }
    if has < needed {
        warn(format_args!(
            "only {has} descriptors are allowed, so fewer than {CONNECTIONS} connections fit; \
             raise the hard limit (ulimit -Hn) to {needed}"
        ));
    }
    Ok(())
}

/// Sees that as many threads can be had as the runtime begins with: where one can't, it panics, or
/// waits for it for ever.
///
/// # Errors
/// What kept a thread from being started.
pub fn see_threads() -> Result<(), Failure> {
    let count = available_parallelism().map_or(1, NonZero::get);
    let start = |_| {
        let (end, until) = channel::<()>();
        Builder::new().spawn(move || until.recv()).map(|thread| (end, thread))
    };
    let threads: io::Result<Vec<_>> = (0..count).map(start).collect();
    for (end, thread) in threads.map_err(no_thread)? {
        drop(end);
        let _ = thread.join(); // gone when the runtime starts its own; it has nothing to say
    }
    Ok(())
}

/// The server can't start without a thread.
pub fn no_thread(error: io::Error) -> Failure {
    let remedy = "the limit of processes counts threads, too (ulimit -u)";
    Failure::System(format!("no thread can be started: {error}; {remedy}"))
}
