//! Mistake: after `fork`, the parent keeps its copy of the connection.
//!
//! See it: `cargo run --bin stage4-mistake-parent-keeps-copy`, then `curl -N http://127.0.0.1:8888/`
//! prints `hello` and never ends; `ls -l /proc/PID/fd` shows a socket more after each client.
//!
//! Why: the answer has no Content-Length, so the client waits for the connection to end. Closing
//! ends it only with its last descriptor, and `fork` has made a second one. (`shutdown` ends it for
//! all copies: a server that calls it hides this mistake, until it runs out of descriptors.) In
//! other languages one forgets to close it; in Rust one has to keep it somewhere, as here.
//!
//! Right: drop the connection in the parent: `drop(connection)` in `src/serve.rs`.
#![allow(unsafe_code)]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{ForkResult, fork};
use stage1_echo::accept::accept;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;

fn main() -> ExitCode {
    exit("stage4-mistake-parent-keeps-copy", run())
}

fn run() -> Result<(), Failure> {
    let (listening, address) = listen_from_env(1024)?;
    // SAFETY: no handler of ours runs. Ignored like this, SIGCHLD leaves no zombies, so that this
    // server has one fault and not two.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }.map_err(io::Error::from)?;
    say(format_args!("listening on http://{address}"));
    let mut clients_so_far = Vec::new();
    loop {
        let connection = accept(&listening).map_err(io::Error::from)?;
        // SAFETY: this process has one thread.
        if let ForkResult::Child = unsafe { fork() }.map_err(io::Error::from)? {
            drop(listening);
            answer(TcpStream::from(connection));
            signal_hook::low_level::exit(0);
        }
        clients_so_far.push(connection); // the mistake
    }
}

/// Whatever the client says. What goes wrong is its own affair.
fn answer(mut connection: TcpStream) {
    let _ = connection.read(&mut [0; 4096]);
    let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello\n");
}
