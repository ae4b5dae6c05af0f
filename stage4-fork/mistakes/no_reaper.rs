//! Mistake: nobody asks how the children ended.
//!
//! See it: `cargo run --bin stage4-mistake-no-reaper`, then `curl http://127.0.0.1:8888/` a few
//! times: all goes well, but `ps -o pid,stat,comm --ppid PID` shows a zombie (`Z`) for each.
//!
//! Why: the system keeps how a process ended until its parent asks. When the table of processes is
//! full, `fork` fails, for this server and for everybody else.
//!
//! Right: `waitpid` whenever SIGCHLD says that a child has ended: `reap` in `src/children.rs`.
#![allow(unsafe_code)]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use nix::unistd::{ForkResult, fork};
use stage1_echo::accept::accept;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;

fn main() -> ExitCode {
    exit("stage4-mistake-no-reaper", run())
}

fn run() -> Result<(), Failure> {
    let (listening, address) = listen_from_env(1024)?;
    say(format_args!("listening on http://{address}"));
    loop {
        let connection = accept(&listening).map_err(io::Error::from)?;
        // SAFETY: this process has one thread.
        if let ForkResult::Child = unsafe { fork() }.map_err(io::Error::from)? {
            drop(listening);
            answer(TcpStream::from(connection));
            signal_hook::low_level::exit(0);
        }
        // The mistake: nothing here or anywhere else waits for the child.
    }
}

/// Whatever the client says. What goes wrong is its own affair.
fn answer(mut connection: TcpStream) {
    let _ = connection.read(&mut [0; 4096]);
    let _ = connection
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n");
}
