//! The signals of the worked solution "a new program": a self-pipe for each thing that they ask for.

use std::io::{self, Read};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// Where signals arrive as bytes.
pub struct Pipes {
    ended: UnixStream,
    stop: UnixStream,
    renew: UnixStream,
}

impl Pipes {
    /// Catches them from now on.
    ///
    /// # Errors
    /// No descriptors are left.
    pub fn catch() -> io::Result<Pipes> {
        let (ended, stop) = (self_pipe(&[SIGCHLD])?, self_pipe(&[SIGTERM, SIGINT])?);
        Ok(Pipes { ended, stop, renew: self_pipe(&[SIGHUP])? })
    }

    /// Whether somebody has asked for the end since the last call.
    pub fn are_to_stop(&self) -> bool {
        has_come(&self.stop)
    }

    /// Whether somebody has asked for the new program since the last call.
    pub fn are_to_renew(&self) -> bool {
        has_come(&self.renew)
    }

    /// Sleeps until there is a client or a signal.
    ///
    /// # Errors
    /// The kernel has no memory for it.
    pub fn sleep(&self, listening: &TcpListener) -> io::Result<()> {
        let all = [listening.as_fd(), self.ended.as_fd(), self.stop.as_fd(), self.renew.as_fd()];
        let mut watched = all.map(|one| PollFd::new(one, PollFlags::POLLIN));
        match poll(&mut watched, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let _ = has_come(&self.ended); // emptied before anybody is reaped
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

/// Whether one of its signals has come; takes all of them out.
fn has_come(mut pipe: &UnixStream) -> bool {
    let mut any = false;
    while pipe.read(&mut [0; 64]).is_ok_and(|count| count > 0) {
        any = true;
    }
    any
}
