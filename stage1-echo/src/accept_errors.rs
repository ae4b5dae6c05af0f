//! Hardening: which failures of `accept` a server outlives. Nearly all of them.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use nix::errno::Errno;

use crate::terminal::warn;

/// How long to leave `accept` alone when the machine has run out of something. Long enough not to
/// fill the terminal, short enough that a client waiting in the backlog hardly notices.
pub const PAUSE: Duration = Duration::from_millis(100);

/// What an error of `accept` means for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It was about one client, or about nothing: accept the next one.
    GoOn,
    /// The machine has run out of descriptors or memory: say so, and try again after [`PAUSE`].
    Pause,
    /// The listening socket is of no more use.
    End,
}

/// Judges an error of `accept`.
///
/// Only the errors that name our own call as wrong are final. A list of the harmless ones would
/// never be complete: accept(2) on Linux passes on whatever the network did to the new connection.
pub fn meaning(error: &io::Error) -> Meaning {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EBADF | Errno::EINVAL | Errno::ENOTSOCK | Errno::EFAULT) => Meaning::End,
        Some(Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM) => Meaning::Pause,
        Some(Errno::ENOSPC) => Meaning::Pause, // epoll_ctl's, of stage 5: too many are watched
        _ => Meaning::GoOn,
    }
}

/// Returns when it makes sense to call `accept` again.
///
/// # Errors
/// Returns the error if it makes no sense any more.
pub fn outlive(error: io::Error) -> io::Result<()> {
    outlive_in("accept", error)
}

/// The same for another `call` that waits for clients.
///
/// # Errors
/// Returns the error if it makes no sense any more.
pub fn outlive_in(call: &str, error: io::Error) -> io::Result<()> {
    match meaning(&error) {
        Meaning::GoOn => Ok(()),
        Meaning::End => Err(error),
        Meaning::Pause => {
            warn(format_args!("{call}: {error}; trying again in a moment"));
            sleep(PAUSE);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning_of(error: Errno) -> Meaning {
        meaning(&error.into())
    }

    #[test]
    fn a_client_that_left_before_it_was_accepted_ends_nothing() {
        for error in [Errno::ECONNABORTED, Errno::EPROTO, Errno::EINTR, Errno::ENETDOWN] {
            assert_eq!(meaning_of(error), Meaning::GoOn, "{error}");
        }
    }

    #[test]
    fn a_machine_that_has_run_out_of_something_is_given_time() {
        for error in [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM, Errno::ENOSPC] {
            assert_eq!(meaning_of(error), Meaning::Pause, "{error}");
        }
    }

    #[test]
    fn a_socket_that_is_none_ends_the_server() {
        assert_eq!(meaning_of(Errno::ENOTSOCK), Meaning::End);
    }
}
