//! Mistake: an `accept` that does not expect to be interrupted.
//!
//! See it: `cargo run --bin stage4-mistake-eintr`, then `curl http://127.0.0.1:8888/`: the client
//! gets its answer, and the server ends with "Interrupted system call". Its first child killed it.
//!
//! Why: a call that sleeps when a signal is handled returns EINTR, unless the handler was
//! installed with SA_RESTART. Rust's `TcpListener::accept` makes the call again by itself; this
//! one is the kernel's own. `poll` returns EINTR even with SA_RESTART.
//!
//! Right: take EINTR for "look again": `wait` in `src/signals.rs`.
#![allow(unsafe_code)]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use nix::libc::c_int;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use stage1_echo::accept::accept;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;

fn main() -> ExitCode {
    exit("stage4-mistake-eintr", run())
}

extern "C" fn reap(_signal: c_int) {
    let ended = || waitpid(None, Some(WaitPidFlag::WNOHANG));
    while ended().is_ok_and(|status| status != WaitStatus::StillAlive) {}
}

fn run() -> Result<(), Failure> {
    let (listening, address) = listen_from_env(1024)?;
    let action = SigAction::new(SigHandler::Handler(reap), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler calls waitpid and nothing else, which POSIX allows in a handler.
    unsafe { sigaction(Signal::SIGCHLD, &action) }.map_err(io::Error::from)?;
    say(format_args!("listening on http://{address}"));
    loop {
        let connection = accept(&listening).map_err(io::Error::from)?; // the mistake: EINTR too
        // SAFETY: this process has one thread.
        if let ForkResult::Child = unsafe { fork() }.map_err(io::Error::from)? {
            drop(listening);
            answer(TcpStream::from(connection));
            signal_hook::low_level::exit(0);
        }
    }
}

/// Whatever the client says, until it has left: by then our parent sleeps in `accept` again. What
/// goes wrong is the client's own affair.
fn answer(mut connection: TcpStream) {
    let _ = connection.read(&mut [0; 4096]);
    let _ = connection
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n");
    let _ = connection.shutdown(Shutdown::Write);
    let _ = connection.read_to_end(&mut Vec::new());
    sleep(Duration::from_millis(200)); // on a busy machine our parent needs a moment
}
