//! Mistake: one `waitpid` for each SIGCHLD. The Python lesson's first `grim_reaper` did this.
//!
//! See it: `cargo run --bin stage4-mistake-one-wait-a-signal`. One client after the other leaves no
//! zombie. Now let three stay: `for i in 1 2 3; do sleep 99 | nc 127.0.0.1 8888 & done`. Stop the
//! server with `kill -STOP PID`, end its children with `kill $(ps -o pid= --ppid PID)`, go on with
//! `kill -CONT PID`, and look: `ps -o pid,stat,comm --ppid PID` shows two zombies.
//!
//! Why: a signal that is pending already is not noted again: three children, one SIGCHLD. Without
//! STOP and CONT the same happens under load, whenever children end at nearly the same time.
//!
//! Right: `waitpid` until there is nothing left: the loop in `reap` in `src/children.rs`.
#![allow(unsafe_code)]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use nix::libc::c_int;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{ForkResult, fork};
use stage1_echo::accept::accept;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;

fn main() -> ExitCode {
    exit("stage4-mistake-one-wait-a-signal", run())
}

extern "C" fn reap_one(_signal: c_int) {
    let _ = waitpid(None, Some(WaitPidFlag::WNOHANG)); // the mistake
}

fn run() -> Result<(), Failure> {
    let (listening, address) = listen_from_env(1024)?;
    // With SA_RESTART, accept goes on after the handler as if nothing had happened.
    let handler = SigHandler::Handler(reap_one);
    let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handler calls waitpid and nothing else, which POSIX allows in a handler.
    unsafe { sigaction(Signal::SIGCHLD, &action) }.map_err(io::Error::from)?;
    say(format_args!("listening on http://{address}"));
    loop {
        let connection = accept(&listening).map_err(io::Error::from)?;
        // SAFETY: this process has one thread.
        if let ForkResult::Child = unsafe { fork() }.map_err(io::Error::from)? {
            drop(listening);
            answer(TcpStream::from(connection));
            signal_hook::low_level::exit(0);
        }
    }
}

/// Whatever the client says. What goes wrong is its own affair.
fn answer(mut connection: TcpStream) {
    let _ = connection.read(&mut [0; 4096]);
    let _ = connection
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n");
}
