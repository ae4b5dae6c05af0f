//! Hardening: what a server does when `accept` fails.
//!
//! Most errors are about one connection, which is gone: the next call brings the next one. A few say
//! that the listening socket can't be used any more. Everything else, known or not, is about the
//! machine: a limit, a shortage, a firewall. It may pass, and the clients wait in the backlog in the
//! meantime, so the server says what is wrong, waits a little, and tries again. A server that tried
//! again at once would keep a processor busy for as long as the trouble lasts.
//!
//! [`AcceptRetry`] decides, and does nothing itself. Stages 1 to 3 sleep through the pauses
//! ([`recover`]). Stage 4 reaps its children while it waits, and stage 5 waits in a task, so both act
//! on the same decisions in their own ways.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::thread::sleep;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::terminal::warn;

/// The first pause. Long enough to leave the processor to others, short enough that a client in the
/// backlog hardly notices.
pub const PAUSE: Duration = Duration::from_millis(100);

/// The longest pause. Each one in a row is twice as long as the last, up to this: a trouble that has
/// lasted for a minute won't be over in a tenth of a second, and a client waits for a second at most
/// once it is.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// So many errors in a row that are about one connection each pass without a pause, as many as a
/// short backlog holds. Without any success between them, they are about something else.
const SILENT_IN_A_ROW: u32 = 128;

/// What an error of `accept` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// One connection, which is gone, or a signal that came: accept the next one.
    GoOn,
    /// No client is there, and the socket does not block: wait until one is.
    Wait,
    /// The machine, as far as anybody knows: try again a little later.
    Pause,
    /// The listening socket, which is of no more use.
    End,
}

/// Judges an error of `accept`.
///
/// accept(2) of Linux passes on whatever the network did to the new connection, and names those
/// errors. An error that no list names may stay, so it must not be one that is passed over.
pub fn meaning(error: &io::Error) -> Meaning {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EBADF | Errno::EINVAL | Errno::ENOTSOCK | Errno::EFAULT) => Meaning::End,
        Some(Errno::ECONNABORTED | Errno::ECONNRESET | Errno::ETIMEDOUT | Errno::EPROTO)
        | Some(Errno::ENETDOWN | Errno::ENETUNREACH | Errno::EHOSTDOWN | Errno::EHOSTUNREACH)
        | Some(Errno::ENOPROTOOPT | Errno::EOPNOTSUPP) => Meaning::GoOn,
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Some(Errno::ENONET) => Meaning::GoOn,
        _ => match error.kind() {
            ErrorKind::Interrupted => Meaning::GoOn,
            ErrorKind::WouldBlock => Meaning::Wait,
            _ => Meaning::Pause,
        },
    }
}

/// What to do after an error of `accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Call it again.
    Accept,
    /// Wait until a client is there, and then call it again.
    WaitForClient,
    /// Call it again after a pause.
    Pause(Pause),
    /// Stop: it can't work any more.
    Stop,
}

/// A pause before a call is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// How long it is.
    pub time: Duration,
    /// Whether this error has not been reported yet.
    pub is_new: bool,
}

impl Pause {
    /// Says which call failed and why, unless that has been said.
    pub fn report(self, call: &str, error: &io::Error) {
        if self.is_new {
            warn(format_args!("{call}: {error}; trying again until it works"));
        }
    }
}

/// What a server remembers between two errors of the same call: how long the next pause is, and what
/// has been reported.
#[derive(Debug, Clone, Copy, Default)]
pub struct AcceptRetry {
    last_pause: Option<Duration>,
    reported: Option<i32>,
    silent: u32,
}

impl AcceptRetry {
    /// The call works: the next error is a new trouble, which is reported, and its pause is short.
    pub fn reset(&mut self) {
        *self = AcceptRetry::default();
    }

    /// Decides what to do after an error of `accept`.
    pub fn after(&mut self, error: &io::Error) -> Next {
        match meaning(error) {
            Meaning::End => Next::Stop,
            Meaning::Wait => {
                self.reset(); // it works, and has found nobody
                Next::WaitForClient
            }
            Meaning::GoOn if self.silent < SILENT_IN_A_ROW => {
                self.silent += 1;
                Next::Accept
            }
            Meaning::GoOn | Meaning::Pause => Next::Pause(self.pause(error)),
        }
    }

    /// The pause after an error of which nothing is known, of this call or of another that has an
    /// `AcceptRetry` of its own.
    pub fn pause(&mut self, error: &io::Error) -> Pause {
        let time = self.last_pause.map_or(PAUSE, |last| LONGEST_PAUSE.min(2 * last));
        let number = error.raw_os_error().unwrap_or(0);
        let is_new = self.reported != Some(number);
        *self = AcceptRetry { last_pause: Some(time), reported: Some(number), silent: 0 };
        Pause { time, is_new }
    }
}

/// Returns when it makes sense to call `accept` again, in a server that may sleep until then.
///
/// # Errors
/// Returns the error if it makes no sense any more.
// ANCHOR: recover
pub fn recover(retry: &mut AcceptRetry, error: io::Error, listening: &impl AsFd) -> io::Result<()> {
    match retry.after(&error) {
        Next::Accept => {}
        Next::WaitForClient => wait_for_client(listening),
        Next::Pause(pause) => {
            pause.report("accept", &error);
            sleep(pause.time);
        }
        Next::Stop => return Err(error),
    }
    Ok(())
}
// ANCHOR_END: recover

/// Sleeps until a client is in the backlog.
///
/// Stages 1 to 3 let `accept` itself sleep. But whether it does is a property of the socket, and not
/// of the descriptor: if the listening socket was handed over (`LISTEN_FDS`), a server that had it
/// before, or has it still, may have switched that off. Then `accept` returns `EAGAIN` at once.
// ANCHOR: wait_for_client
fn wait_for_client(listening: &impl AsFd) {
    let mut retry = AcceptRetry::default();
    let mut sockets = [PollFd::new(listening.as_fd(), PollFlags::POLLIN)];
    loop {
        match poll(&mut sockets, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => return,
            Err(error) => {
                let error = error.into();
                let pause = retry.pause(&error);
                pause.report("poll", &error);
                sleep(pause.time);
            }
        }
    }
}
// ANCHOR_END: wait_for_client

/// For a server that keeps no [`AcceptRetry`], such as the starters: returns when it makes sense to
/// call `accept` again, which after `EAGAIN` is for the caller to find out.
///
/// # Errors
/// Returns the error if it makes no sense any more.
pub fn outlive(error: io::Error) -> io::Result<()> {
    match AcceptRetry::default().after(&error) {
        Next::Accept | Next::WaitForClient => Ok(()),
        Next::Stop => Err(error),
        Next::Pause(pause) => {
            pause.report("accept", &error);
            sleep(pause.time);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(retry: &mut AcceptRetry, error: Errno) -> Next {
        retry.after(&error.into())
    }

    fn pause(milliseconds: u64, is_new: bool) -> Next {
        Next::Pause(Pause { time: Duration::from_millis(milliseconds), is_new })
    }

    #[test]
    fn an_error_about_one_connection_is_passed_over() {
        for error in [
            Errno::ECONNABORTED,
            Errno::EPROTO,
            Errno::EINTR,
            Errno::ENETDOWN,
            Errno::ENOPROTOOPT,
            Errno::EHOSTDOWN,
            Errno::EHOSTUNREACH,
            Errno::EOPNOTSUPP,
            Errno::ENETUNREACH,
            Errno::ETIMEDOUT,
        ] {
            assert_eq!(after(&mut AcceptRetry::default(), error), Next::Accept, "{error}");
        }
    }

    #[test]
    fn an_error_that_names_our_own_call_as_wrong_stops_the_server() {
        for error in [Errno::EBADF, Errno::EINVAL, Errno::ENOTSOCK, Errno::EFAULT] {
            assert_eq!(after(&mut AcceptRetry::default(), error), Next::Stop, "{error}");
        }
    }

    #[test]
    fn a_socket_that_does_not_block_is_waited_for() {
        assert_eq!(after(&mut AcceptRetry::default(), Errno::EAGAIN), Next::WaitForClient);
    }

    #[test]
    fn every_other_error_known_or_not_is_reported_once_and_its_pause_grows_to_a_second() {
        let others =
            [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM, Errno::EPERM, Errno::EIO];
        for error in others {
            let mut retry = AcceptRetry::default();
            for (milliseconds, is_new) in [
                (100, true),
                (200, false),
                (400, false),
                (800, false),
                (1000, false),
                (1000, false),
            ] {
                assert_eq!(after(&mut retry, error), pause(milliseconds, is_new), "{error}");
            }
            retry.reset();
            assert_eq!(after(&mut retry, error), pause(100, true), "{error}, once more");
        }
        // An error without a number can't come from accept, and is not passed over either.
        let unknown = AcceptRetry::default().after(&io::Error::other("of another kind"));
        assert_eq!(unknown, pause(100, true));
    }

    #[test]
    fn another_error_in_the_same_trouble_is_reported_too() {
        let mut retry = AcceptRetry::default();
        assert_eq!(after(&mut retry, Errno::EMFILE), pause(100, true));
        assert_eq!(after(&mut retry, Errno::ENFILE), pause(200, true));
        assert_eq!(after(&mut retry, Errno::ENFILE), pause(400, false));
    }

    #[test]
    fn a_call_that_finds_nobody_works_again() {
        let mut retry = AcceptRetry::default();
        after(&mut retry, Errno::EMFILE);
        assert_eq!(after(&mut retry, Errno::EAGAIN), Next::WaitForClient);
        assert_eq!(after(&mut retry, Errno::EMFILE), pause(100, true));
    }

    #[test]
    fn errors_about_one_connection_that_never_stop_are_no_busy_loop() {
        let mut retry = AcceptRetry::default();
        for _ in 0..SILENT_IN_A_ROW {
            assert_eq!(after(&mut retry, Errno::ECONNABORTED), Next::Accept);
        }
        assert_eq!(after(&mut retry, Errno::ECONNABORTED), pause(100, true));
        let calls = (0..1000).map(|_| after(&mut retry, Errno::ECONNABORTED));
        assert_eq!(calls.filter(|next| *next != Next::Accept).count(), 7, "one in 129");
        retry.reset();
        assert_eq!(after(&mut retry, Errno::ECONNABORTED), Next::Accept);
    }
}
