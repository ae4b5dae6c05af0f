//! Stretch exercise "two at once", worked out: many clients in one thread, with poll(2).
//!
//! It adds a list of connections and one call that waits for all of them. No other call may wait:
//! neither read nor write nor accept, or one client would hold up the rest. So each connection is
//! in one of two states: either the server reads from it, or there is something in `unsent`, and the
//! server writes and reads no more until that is gone. What a client does not take stays in its own
//! buffers: TCP makes it wait, and the server's memory stays small.
//!
//! It still lacks a limit on clients and on their idleness, and when descriptors run out, the pause
//! holds up everybody. And poll looks at each connection in each round, however few of
//! them have something to say: stage 5 does better, with what tokio makes of epoll or kqueue.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;
use std::thread::sleep;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{read, write};
use stage1_echo::accept::accept;
use stage1_echo::accept_errors::{AcceptRetry, Next};
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};

fn main() -> ExitCode {
    exit("two-at-once", run())
}

fn run() -> Result<(), Failure> {
    let (listening, address) = listen_from_env(128)?;
    say(format_args!("listening on {address}"));
    Ok(serve(&listening)?)
}

fn serve(listening: &OwnedFd) -> io::Result<()> {
    // A client may be gone again between poll and accept, which would then wait for the next.
    never_wait(listening)?;
    let mut clients: Vec<Client> = Vec::new();
    let (mut accepting, mut waiting) = (AcceptRetry::default(), AcceptRetry::default());
    loop {
        let ready = match wait(listening, &clients) {
            Ok(ready) => ready,
            Err(error) => {
                let pause = waiting.pause(&error.into());
                pause.report("poll", &error.into());
                sleep(pause.time);
                continue;
            }
        };
        waiting.reset();
        // In the order of the list, so `ready` goes on by one for each client.
        let mut is_ready = ready[1..].iter();
        clients.retain_mut(|client| !is_ready.next().is_some_and(|ready| *ready) || client.stays());
        if ready[0] {
            match accept(listening) {
                Ok(connection) => {
                    accepting.reset();
                    match Client::new(connection) {
                        Ok(client) => clients.push(client),
                        Err(error) => warn(format_args!("this client is lost: {error}")),
                    }
                }
                Err(error) => pause_after(&mut accepting, error.into())?,
            }
        }
    }
}

/// Returns when it makes sense to look again whether a client is there.
fn pause_after(accepting: &mut AcceptRetry, error: io::Error) -> io::Result<()> {
    match accepting.after(&error) {
        Next::Accept | Next::WaitForClient => {} // poll waits
        Next::Pause(pause) => {
            pause.report("accept", &error);
            sleep(pause.time);
        }
        Next::Stop => return Err(error),
    }
    Ok(())
}

/// Sleeps until something can be done, and says where: first for the listening socket, then for
/// each client.
fn wait(listening: &OwnedFd, clients: &[Client]) -> nix::Result<Vec<bool>> {
    let mut asked = vec![PollFd::new(listening.as_fd(), PollFlags::POLLIN)];
    asked.extend(
        clients.iter().map(|client| PollFd::new(client.connection.as_fd(), client.event())),
    );
    match poll(&mut asked, PollTimeout::NONE) {
        // A signal came: nothing is ready, and the caller asks again.
        Ok(_) | Err(Errno::EINTR) => {}
        Err(error) => return Err(error),
    }
    // An error or a hang-up counts too, asked for or not: the next read or write will tell.
    Ok(asked.iter().map(|one| one.any() != Some(false)).collect())
}

/// One connection, and what was read from it and is not yet written back.
struct Client {
    connection: OwnedFd,
    unsent: Vec<u8>,
}

impl Client {
    fn new(connection: OwnedFd) -> nix::Result<Client> {
        never_wait(&connection)?;
        Ok(Client { connection, unsent: Vec::new() })
    }

    /// What to wait for.
    fn event(&self) -> PollFlags {
        if self.unsent.is_empty() { PollFlags::POLLIN } else { PollFlags::POLLOUT }
    }

    /// Does one thing for it; whether the connection is still needed.
    fn stays(&mut self) -> bool {
        match self.go_on() {
            Ok(goes_on) => goes_on,
            Err(Errno::EINTR | Errno::EAGAIN) => true,
            Err(error) => {
                warn(format_args!("this client left early: {error}"));
                false
            }
        }
    }

    fn go_on(&mut self) -> nix::Result<bool> {
        if self.unsent.is_empty() {
            let mut buffer = [0; 4096];
            let count = read(&self.connection, &mut buffer)?;
            self.unsent.extend_from_slice(&buffer[..count]);
            return Ok(count > 0); // 0: the client has sent its last byte, and has everything
        }
        let taken = write(&self.connection, &self.unsent)?;
        self.unsent.drain(..taken);
        Ok(true)
    }
}

/// From now on, calls with this descriptor return EAGAIN where they would have waited.
fn never_wait(descriptor: &OwnedFd) -> nix::Result<()> {
    fcntl(descriptor, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map(drop)
}
