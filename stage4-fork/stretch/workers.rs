//! Stretch exercise "workers beforehand", worked out: a master forks a few workers before the first
//! client comes, and each of them serves one client after the other.
//!
//! New beside stage 4: who accepts. All workers hold the same listening socket and sleep at it; the
//! kernel gives each connection to one of them. The master accepts nobody. It sees to it that there
//! are as many workers as there should be, and so it can hardly fail: it never touches what a client
//! has sent.
//!
//! It still lacks much. A connection wakes all idle workers for one of them to get it (epoll has
//! EPOLLEXCLUSIVE for that). A worker that dies as soon as it starts is replaced at once, for ever: a
//! real master waits longer each time. Workers outlive a master that was killed with -9: a pipe from
//! the master that each of them polls too would end when it does. And a client that says nothing
//! holds a worker as long as it could hold a child.

#[path = "forking.rs"]
mod forking;

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use nix::sys::signal::Signal;
use nix::unistd::ForkResult;
use signal_hook::low_level::exit as exit_now;
use stage1_echo::accept_errors::{AcceptRetry, PAUSE};
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::{Service, serve_connection};
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;
use stage4_fork::accept_errors::recover;
use stage4_fork::child::warm_up;
use stage4_fork::children::Children;
use stage4_fork::limits::{BACKLOG, CHILDREN, stop_patience_from_env};
use stage4_fork::serve::serve;
use stage4_fork::signals::Signals;
use stage4_fork::stop::Stop;

const HELP: &str = "\
stage4-stretch-workers: stage 4, and with WORKERS a few processes that serve everybody

Usage: WORKERS=4 stage4-stretch-workers [--quiet] [APPLICATION]
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=10 STOP_TIMEOUT=10";

fn main() -> ExitCode {
    exit("stage4-stretch-workers", run())
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    let application =
        by_name(&arguments.application).expect("arguments lets only known names pass");
    let workers = workers_from_env()?;
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let stop = Stop::new(stop_patience_from_env()?);
    let (listening, address) = listen_from_env(BACKLOG)?;
    let server = Server { address, multithread: false, multiprocess: true };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: true } };
    let service = Service { application, server, patience, log };
    let (listening, signals) = (TcpListener::from(listening), Signals::catch()?);
    say(format_args!("listening on http://{address}"));
    let served = match workers {
        Some(wanted) => preside(listening, signals, &service, stop, wanted),
        None => serve(listening, signals, &service, stop),
    };
    Ok(served?)
}

/// How many workers are asked for; `None` if it is to be a child for each connection.
fn workers_from_env() -> Result<Option<usize>, Failure> {
    let Some(text) = std::env::var_os("WORKERS") else { return Ok(None) };
    let number = text.to_str().and_then(|text| text.parse().ok());
    match number.filter(|number| (1..=CHILDREN).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(Failure::Usage(format!("WORKERS must be a number from 1 to {CHILDREN}"))),
    }
}

/// The master: keeps so many workers until a signal asks to stop, and waits for them as long as stage
/// 4 waits for its children.
fn preside(
    listening: TcpListener,
    signals: Signals,
    service: &Service,
    mut stop: Stop,
    wanted: usize,
) -> io::Result<()> {
    listening.set_nonblocking(true)?; // whoever comes too late to a connection must not sleep
    warm_up();
    let mut workers = Children::default();
    while !signals.asked_to_stop() {
        workers.reap();
        if workers.count() == wanted {
            signals.wait(None, None);
            continue;
        }
        // No ways for its signals: a worker catches them, as the master does.
        match forking::fork(&[]) {
            Ok(ForkResult::Child) => work(listening, signals, service), // never returns
            Ok(ForkResult::Parent { child }) => workers.add(child),
            Err(error) => {
                warn(format_args!("fork: {error}; trying again in a moment"));
                signals.wait(None, Some(PAUSE));
            }
        }
    }
    drop(listening); // the workers still have theirs, until each of them ends
    workers.dismiss(Signal::SIGTERM);
    stop.note(true);
    while workers.count() > 0 {
        if stop.is_due() {
            workers.dismiss(Signal::SIGKILL); // the time is over, or a second signal has come
        }
        signals.wait(None, stop.time_left().filter(|left| !left.is_zero()));
        stop.note(signals.asked_to_stop());
        workers.reap();
    }
    Ok(())
}

/// A worker: serves until it is asked to stop, and ends the process.
fn work(listening: TcpListener, masters: Signals, service: &Service) -> ! {
    drop(masters);
    let worked = catch_unwind(AssertUnwindSafe(|| {
        let signals = Signals::catch()?;
        forking::let_come();
        serve_in_turn(&listening, &signals, service)
    }));
    if let Ok(Err(error)) = &worked {
        warn(format_args!("a worker gives up: {error}"));
    }
    exit_now(if matches!(worked, Ok(Ok(()))) { 0 } else { 1 })
}

/// One client after the other, as stage 3 does it. A signal is looked at between two of them, so
/// none of them is cut off.
fn serve_in_turn(listening: &TcpListener, signals: &Signals, service: &Service) -> io::Result<()> {
    let mut retry = AcceptRetry::default();
    while !signals.asked_to_stop() {
        match listening.accept() {
            Ok((connection, client)) => {
                retry.reset();
                let _ = serve_connection(&connection, client, service); // its own affair
            }
            // Another worker was faster, or nobody was there.
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                retry.reset();
                signals.wait(Some(listening), None);
            }
            Err(error) => recover(&mut retry, error, signals, None)?,
        }
    }
    Ok(())
}
