//! Stage 4, yours: a process for each connection. It works, for one client at a time.
//!
//! Seven steps, in this order, each marked below where it starts. After each one:
//! `cargo test -p stage4-fork`. What happens on a connection is stage 3's `serve_connection`: here
//! it is all about processes. Read on the way: fork(2), waitpid(2), signal(7), poll(2).

// The workspace forbids unsafe code; here you need it: `fork` is unsafe, because in a process with
// several threads the child would have one only, and the locks of the others stay locked for ever.
// (So never start a thread.) `signal` is too: a handler may interrupt the program anywhere.
#![allow(unsafe_code)]

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use signal_hook::low_level::pipe;
use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::{Service, serve_connection};
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;

const HELP: &str = "\
stage4-mine: serves an application, each client in a process of its own

Usage: stage4-mine [--quiet] [APPLICATION]
  --list   name the applications      PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=10";

fn main() -> ExitCode {
    exit("stage4-mine", run())
}

/// All that a server does before its first client, as in stage 3. No step changes this.
fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    let application =
        by_name(&arguments.application).expect("arguments lets only known names pass");
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let (listening, address) = listen_from_env(1024)?;
    let server = Server { address, multithread: false, multiprocess: true };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: true } };
    let service = Service { application, server, patience, log };
    serve(TcpListener::from(listening), &service)?;
    Ok(())
}

/// Serves until the listening socket is of no more use; from step 7 on, until SIGTERM.
fn serve(listening: TcpListener, service: &Service) -> io::Result<()> {
    // Step 4, reap while idle. A child that has ended is a zombie until you have called waitpid
    // (nix::sys::wait), and it must be gone although no other client comes: the parent can't sleep
    // in `accept` then. Here, before the next line is printed, let `self_pipe` below make a pipe
    // for SIGCHLD (signal_hook::consts), and keep what it returns. In the loop, `poll` sleeps until
    // there is a client or a byte in the pipe (nix::poll::{poll, PollFd, PollFlags, PollTimeout}:
    // POLLIN, NONE; `as_fd` comes with std::os::fd::AsFd). Nothing else may block: set the
    // listening socket non-blocking; when nobody is there, `accept` fails with WouldBlock, which
    // `outlive` lets pass. (On macOS the connections inherit that: set them back.) Read the pipe
    // (std::io::Read) until it is empty, and then reap: what ends later has a byte of its own. poll
    // fails with EINTR (of nix::errno::Errno) whenever a signal comes: that is no error.
    //
    // Step 7, stop. SIGTERM and SIGINT (signal_hook::consts: numbers) get a self-pipe of their own,
    // here, also in poll. When one has come: let go of the port, let the children finish, reap and
    // report them all as before (sleeping meanwhile), return Ok. For the child, see below.
    say(format_args!("listening on http://{}", service.server.address));
    // Let this line name the step that you are at; it goes with the last one.
    warn(format_args!("step 1 is missing: the second client waits for the first"));
    loop {
        match listening.accept() {
            Ok((connection, client)) => {
                // Step 1, fork (nix::unistd::{fork, ForkResult}). It returns twice: the child
                // serves this connection, the parent accepts the next. Say in a SAFETY comment why.
                //
                // Step 2, close your copy. The child got copies of all descriptors, and one that
                // is kept in the parent is never free again. In Rust a descriptor is closed when
                // its owner is dropped: so this may be done already. Find out where and when.
                //
                // Step 3, end the child: one that has served and goes on comes back into this loop
                // and accepts as well. `signal_hook::low_level::exit` is _exit(2). And before it
                // serves it drops the listening socket: while it holds a copy, the port is taken.
                // In the child's arm no `?`: everything there ends in `exit`.
                //
                // What goes wrong here is this client's affair: on to the next.
                let _ = serve_connection(&connection, client, service);
            }
            Err(error) => outlive(error)?,
        }
    }
}

// Step 5, reap a burst. Signals do not queue: fifty children that end at nearly the same time
// may be announced by one SIGCHLD. How many calls of waitpid does that make, and how do you
// know that there are no more? (WaitPidFlag::WNOHANG. "No child at all", ECHILD, is an error of
// its own, and ends nothing but the reaping.)
//
// Step 6, survive. A child that a signal has ended is reported: a line on standard error (`warn`)
// with its pid and the signal. One that ended by itself, with 0, is no news. Nothing of all this
// ends the server: no child's end, no SIGCHLD without a child.
//
// Step 7, in the child, first of all: its copies of the parent's handlers write into the parent's
// pipes. Give SIGTERM its default action back (nix::sys::signal::{signal, SigHandler, Signal}:
// SigDfl; Signal::SIGTERM, which is no number), and ignore SIGINT (SigIgn), which Ctrl-C sends to
// parent and children alike.
//
// Bonus 8, a limit. As long as 256 children live, nobody is accepted, whatever wakes the parent.
//
// Bonus 9, no process left. `fork` can fail, and that is this client's affair too: a line on
// standard error that names fork, and a 503 (stage2_single_request::response::Response: the bytes
// are `Response::plain(503, "why").to(b"")`). The parent sends it itself and waits for nothing, not
// even for the request. (A client whose request is unread then may see a reset behind the answer:
// let it.)

/// The self-pipe: from now on each of these signals does nothing but put a byte where it can be
/// read from what this returns, and where `poll` sees that it can. Reading never blocks. The handlers
/// stay when this is dropped, and a child has them too.
#[allow(dead_code)] // take this out in step 4
fn self_pipe(signals: &[i32]) -> io::Result<UnixStream> {
    let (ours, the_handlers) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    for &signal in signals {
        pipe::register(signal, the_handlers.try_clone()?)?;
    }
    Ok(ours)
}
