//! Stage 4, filled in: the starter with all its steps done, and with a switch for each mistake.
//!
//! `BROKEN=waits-once cargo run -p stage4-fork --bin stage4-broken` makes one of them. The list is in
//! `tests/stage4/broken.rs`, with the check that each of them fails and what a learner is told then.
//! Without `BROKEN`, this server is right.

// `fork` and `signal` are unsafe; this server starts no thread, but for one mistake.
#![allow(unsafe_code)]

use std::collections::BTreeSet;
use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::LazyLock;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};
use signal_hook::consts::{SIGCHLD, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::low_level::pipe;
use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::response::Response;
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::{Service, serve_connection};
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;

/// Whether this run makes the mistake of that name.
fn broken(name: &str) -> bool {
    static BROKEN: LazyLock<Option<String>> = LazyLock::new(|| env::var("BROKEN").ok());
    BROKEN.as_deref() == Some(name)
}

const CHILDREN: usize = 256;

fn main() -> ExitCode {
    exit("stage4-broken", run())
}

/// All that a server does before its first client, as in stage 3.
fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments("Stage 4, filled in.", &APPLICATIONS)? else {
        return Ok(());
    };
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

/// What the parent knows of its children, and the pipes that wake it.
struct Parent {
    live: BTreeSet<Pid>,
    ended: UnixStream,
    stop: UnixStream,
    /// A mistake keeps the connections here.
    kept: Vec<TcpStream>,
}

fn serve(listening: TcpListener, service: &Service) -> io::Result<()> {
    let stop =
        if broken("sigterm-is-not-caught") { [SIGINT].as_slice() } else { &[SIGTERM, SIGINT] };
    let has_sigchld = !broken("sigchld-is-not-caught") && !broken("looks-now-and-then");
    let mut parent = Parent {
        live: BTreeSet::new(),
        ended: self_pipe(if has_sigchld { &[SIGCHLD] } else { &[SIGUSR1] })?,
        stop: self_pipe(stop)?,
        kept: Vec::new(),
    };
    if broken("sigchld-is-ignored") {
        // SAFETY: the kernel's own way runs no code of ours.
        unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }?;
    }
    if broken("sigpipe-at-default") {
        // SAFETY: as above.
        unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }?;
    }
    listening.set_nonblocking(true)?; // only poll may sleep
    say(format_args!("listening on http://{}", service.server.address));
    loop {
        if !broken("reaps-after-accept") {
            parent.reap()?;
        }
        if parent.is_to_stop() {
            return parent.finish(listening);
        }
        let has_room = parent.live.len() < CHILDREN || broken("no-limit");
        if !has_room {
            parent.sleep(broken("polls-at-the-limit").then_some(&listening))?;
            if !broken("any-signal-admits") {
                continue;
            }
        }
        match listening.accept() {
            Ok((connection, client)) => {
                parent.hand_over(&listening, connection, client, service)?;
                if broken("reaps-after-accept") {
                    parent.reap()?;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                parent.sleep(Some(&listening))?;
            }
            Err(error) => outlive(error)?,
        }
    }
}

impl Parent {
    /// Steps 1 to 3: a child for this connection.
    fn hand_over(
        &mut self,
        listening: &TcpListener,
        connection: TcpStream,
        client: SocketAddr,
        service: &Service,
    ) -> io::Result<()> {
        connection.set_nonblocking(false)?;
        if broken("serves-inline") {
            let _ = serve_connection(&connection, client, service); // nobody else is accepted
            return Ok(());
        }
        if broken("thread") {
            let service = service.clone();
            std::thread::spawn(move || serve_connection(&connection, client, &service));
            return Ok(());
        }
        // SAFETY: this process has one thread, so the child may run any code.
        match unsafe { fork() } {
            Ok(ForkResult::Child) if broken("arms-are-swapped") => Ok(()),
            Ok(_) if broken("arms-are-swapped") => {
                self.answer(listening, &connection, client, service)
            }
            Ok(ForkResult::Child) => self.answer(listening, &connection, client, service),
            Ok(ForkResult::Parent { child }) => {
                self.live.insert(child);
                if broken("waits-for-the-child") {
                    let _ = waitpid(child, None); // and accepts nobody meanwhile
                }
                if broken("keeps-its-copy") {
                    self.kept.push(connection);
                }
                Ok(())
            }
            Err(error) if broken("fork-fails-ends-all") => Err(error.into()),
            Err(error) => {
                if !broken("fork-fails-in-silence") {
                    warn(format_args!("fork: {error}"));
                }
                if broken("fork-fails-waits-for-the-request") {
                    let _ = (&connection).read(&mut [0]);
                }
                let page = Response::plain(503, "no process is left for this request");
                let _ = (&connection).write_all(&page.to(b""));
                Ok(())
            }
        }
    }

    fn answer(
        &mut self,
        listening: &TcpListener,
        connection: &TcpStream,
        client: SocketAddr,
        service: &Service,
    ) -> io::Result<()> {
        if !broken("child-listens") && !broken("child-accepts-too") {
            // The one descriptor that the child must let go of; its owner lives in the parent's loop.
            let _ = nix::unistd::close(std::os::fd::AsRawFd::as_raw_fd(listening));
        }
        if !broken("child-keeps-the-handlers") {
            let sigint =
                if broken("child-obeys-ctrl-c") { SigHandler::SigDfl } else { SigHandler::SigIgn };
            if !broken("child-keeps-sigint") {
                // SAFETY: the kernel's own ways run no code of ours.
                let _ = unsafe { signal(Signal::SIGINT, sigint) };
            }
            // SAFETY: as above.
            let _ = unsafe { signal(Signal::SIGTERM, SigHandler::SigDfl) };
        }
        let _ = serve_connection(connection, client, service);
        if broken("child-accepts-too") {
            self.live.clear();
            return Ok(()); // back into the parent's loop
        }
        if broken("child-stays") {
            let _ = poll(&mut [], PollTimeout::NONE);
        }
        signal_hook::low_level::exit(0)
    }

    /// Steps 4 and 5: asks until nobody is left who has ended.
    fn reap(&mut self) -> io::Result<()> {
        if broken("never-reaps") {
            return Ok(());
        }
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) if broken("reaping-never-ends") => {}
                Ok(WaitStatus::StillAlive) => return Ok(()),
                Err(error) if broken("echild-ends-all") => return Err(error.into()),
                Err(Errno::ECHILD) => return Ok(()),
                Ok(ended) => self.strike_off(ended),
                Err(_) => {}
            }
            if broken("waits-once") {
                return Ok(()); // one wait for each time it wakes
            }
        }
    }

    /// Step 6: reports who did not end by itself.
    fn strike_off(&mut self, ended: WaitStatus) {
        let Some(child) = ended.pid() else { return };
        self.live.remove(&child);
        match ended {
            WaitStatus::Exited(_, 0) if broken("reports-everybody") => {
                warn(format_args!("child {child} ended"));
            }
            WaitStatus::Exited(_, 0) => {}
            WaitStatus::Signaled(_, signal, _) if !broken("says-nothing-of-the-killed") => {
                warn(format_args!("child {child} was ended by {signal}"));
            }
            WaitStatus::Exited(_, code) => warn(format_args!("child {child} ended with {code}")),
            _ => {}
        }
    }

    /// Sleeps until a client or a signal is there.
    fn sleep(&self, listening: Option<&TcpListener>) -> io::Result<()> {
        let mut watched = vec![PollFd::new(self.stop.as_fd(), PollFlags::POLLIN)];
        if !broken("reaps-after-accept") {
            watched.push(PollFd::new(self.ended.as_fd(), PollFlags::POLLIN));
        }
        watched.extend(listening.map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN)));
        let most = if broken("polls-all-the-time") {
            PollTimeout::from(1u8)
        } else if broken("looks-now-and-then") {
            PollTimeout::from(200u8)
        } else {
            PollTimeout::NONE
        };
        match poll(&mut watched, most) {
            Err(Errno::EINTR) if !broken("eintr-ends-all") => {}
            other => _ = other?,
        }
        if !broken("pipe-is-never-emptied") {
            while (&self.ended).read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
        }
        Ok(())
    }

    fn is_to_stop(&self) -> bool {
        (&self.stop).read(&mut [0; 64]).is_ok_and(|length| length > 0)
    }

    /// Step 7: lets go of the port, and waits for the children.
    fn finish(mut self, listening: TcpListener) -> io::Result<()> {
        if broken("stop-cuts") {
            for child in &self.live {
                let _ = kill(*child, Signal::SIGKILL);
            }
        }
        let kept = broken("stop-keeps-the-port").then_some(listening); // else it is dropped here
        while broken("stop-forgets-to-report") && waitpid(None, None).is_ok() {}
        while !self.live.is_empty()
            && !broken("stop-does-not-wait")
            && !broken("stop-forgets-to-report")
        {
            if broken("stop-looks-now-and-then") {
                std::thread::sleep(std::time::Duration::from_millis(20));
            } else if !broken("stop-looks-all-the-time") {
                self.sleep(None)?;
            }
            self.reap()?;
        }
        drop(kept);
        if broken("stop-fails") {
            return Err(io::Error::other("stopped by a signal"));
        }
        Ok(())
    }
}

fn self_pipe(signals: &[i32]) -> io::Result<UnixStream> {
    let (ours, the_handlers) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    for &signal in signals {
        pipe::register(signal, the_handlers.try_clone()?)?;
    }
    Ok(ours)
}
