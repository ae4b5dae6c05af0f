//! Stretch exercise "a new program", worked out: at SIGHUP the server becomes the program that its
//! file holds now. Nobody is refused meanwhile, and nobody is cut off.
//!
//! New beside stage 4: exec. It replaces the program and not the process: the pid stays, and with it
//! the children; descriptors that are not close-on-exec stay open, and signals that were held back
//! stay so. The listening socket goes over as descriptor 0, the way inetd hands one to a server, and
//! was never closed: who connects meanwhile waits in the backlog.
//!
//! It still lacks what stage 4's hardening does: a limit of children, a deadline when it stops, a 503
//! when there is no process. And if the new program can't run, the old one is gone: nginx starts the
//! new one beside the old one, and ends the old one only when the new one serves.

#[path = "forking.rs"]
mod forking;
#[path = "pipes.rs"]
mod pipes;

use std::env;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::thread::sleep;

use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal};
use nix::sys::socket::{getsockopt, sockopt};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, dup2_stdin, execv};
use stage1_echo::accept_errors::{AcceptRetry, recover};
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::Service;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;
use stage4_fork::child;

use crate::pipes::Pipes;

/// What signals do to a child. A terminal sends the first two to all, and they are the parent's affair.
const CHILD: [(Signal, SigHandler); 4] = [
    (Signal::SIGINT, SigHandler::SigIgn),
    (Signal::SIGHUP, SigHandler::SigIgn),
    (Signal::SIGTERM, SigHandler::SigDfl),
    (Signal::SIGCHLD, SigHandler::SigDfl),
];

const HELP: &str = "\
stage4-stretch-new-program: stage 4; at SIGHUP it goes on as what its file holds then

Usage: stage4-stretch-new-program [--quiet] [APPLICATION]
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=10";

fn main() -> ExitCode {
    exit("stage4-stretch-new-program", run())
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    let application =
        by_name(&arguments.application).expect("arguments lets only known names pass");
    // Now: once the file has been replaced, the system knows it as deleted.
    let program = CString::new(env::current_exe()?.into_os_string().into_vec());
    let program = program.expect("a path has no NUL in it");
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let listening = match handed_over()? {
        Some(listening) => listening,
        None => TcpListener::from(listen_from_env(1024)?.0),
    };
    let server =
        Server { address: listening.local_addr()?, multithread: false, multiprocess: true };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: true } };
    let service = Service { application, server, patience, log };
    Ok(serve(listening, &service, &program)?)
}

/// The listening socket of the program that this process was before, if there was one.
fn handed_over() -> io::Result<Option<TcpListener>> {
    let stdin = io::stdin();
    if !getsockopt(&stdin, sockopt::AcceptConn).unwrap_or(false) {
        return Ok(None);
    }
    let listening = stdin.as_fd().try_clone_to_owned()?; // close-on-exec, as all others
    dup2_stdin(File::open("/dev/null")?)?; // else every child would hold the port
    Ok(Some(TcpListener::from(listening)))
}

fn serve(listening: TcpListener, service: &Service, program: &CString) -> io::Result<()> {
    let pipes = Pipes::catch()?;
    forking::let_come(); // what has come for the program before is ours
    listening.set_nonblocking(true)?;
    say(format_args!("listening on http://{}", service.server.address));
    let (mut accepting, mut waiting) = (AcceptRetry::default(), AcceptRetry::default());
    loop {
        reap();
        if pipes.are_to_stop() {
            drop(listening);
            // Also for the children of the programs before: whoever is a child of this process.
            while waitpid(None, None) != Err(Errno::ECHILD) {}
            return Ok(());
        }
        if pipes.are_to_renew() {
            renew(&listening, program);
        }
        match listening.accept() {
            Ok((connection, client)) => {
                accepting.reset();
                match forking::fork(&CHILD) {
                    Ok(ForkResult::Child) => {
                        drop((listening, pipes));
                        forking::let_come();
                        child::answer(connection, client, service) // never returns
                    }
                    Ok(ForkResult::Parent { .. }) => drop(connection),
                    Err(error) => warn(format_args!("fork: {error}")),
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                accepting.reset();
                match pipes.sleep(&listening) {
                    Ok(()) => waiting.reset(),
                    Err(error) => {
                        let pause = waiting.pause(&error);
                        pause.report("poll", &error);
                        sleep(pause.time);
                    }
                }
            }
            Err(error) => recover(&mut accepting, error, &listening)?,
        }
    }
}

/// Becomes the program that the file holds now. Returns only if that is not possible.
fn renew(listening: &TcpListener, program: &CString) {
    let arguments = env::args_os().map(|argument| CString::new(argument.into_vec()));
    let arguments: Vec<CString> = arguments.filter_map(Result::ok).collect();
    // A SIGTERM that comes before the new program has handlers would end the process at once.
    forking::hold_back();
    let failed = dup2_stdin(listening).and_then(|()| execv(program, &arguments).map(drop));
    forking::let_come();
    if let Err(error) = failed {
        warn(format_args!("the new program can't be started: {error}; the old one goes on"));
    }
    // The copy has served its turn.
    let _ = File::open("/dev/null").map(dup2_stdin);
}

/// Reaps all that have ended, and reports those that did not end well.
fn reap() {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return,
            Ok(WaitStatus::Exited(_, 0)) | Err(_) => {}
            Ok(ended) => warn(format_args!("a child has ended: {ended:?}")),
        }
    }
}
