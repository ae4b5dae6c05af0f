//! Hardening: a listening socket that somebody else opened, and left open for us.
//!
//! A service manager, or the server whose place we take, has bound the port already. It starts us
//! with the socket as descriptor 3 and says so in the environment, as `sd_listen_fds(3)` has it:
//! `LISTEN_FDS=1`, and `LISTEN_PID` with our number, so that a child of ours does not take it for
//! meant. Whether the socket blocks stays as it is: whoever shares it would notice.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::process;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{SockType, SockaddrStorage, getsockname, getsockopt, sockopt};

use crate::contract::{Failure, variable};

/// What is said about inherited descriptors; no program that we start is to hear it.
pub const VARIABLES: [&str; 3] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

/// The first descriptor behind standard error.
const FIRST: RawFd = 3;

/// The listening socket that this process was started with, if it was. To be called once, and
/// before anything else opens a descriptor.
///
/// # Errors
/// `Usage` if what the environment says makes no sense, or descriptor 3 is no listening socket.
pub fn inherited() -> Result<Option<OwnedFd>, Failure> {
    let [pid, count, _] = VARIABLES.map(variable);
    if !is_for(process::id(), pid.as_deref(), count.as_deref())? {
        return Ok(None);
    }
    // Asked by its number, for nobody may own what is not open.
    getsockname::<SockaddrStorage>(FIRST).map_err(|error| unusable(error.desc()))?;
    // SAFETY: it is open, whoever started us opened it for us, and this is called once only.
    let socket = unsafe { OwnedFd::from_raw_fd(FIRST) };
    // It came without: else we would not have it.
    fcntl(&socket, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).map_err(io::Error::from)?;
    if getsockopt(&socket, sockopt::SockType) != Ok(SockType::Stream) {
        return Err(unusable("it does not carry a stream of bytes"));
    }
    match getsockopt(&socket, sockopt::AcceptConn) {
        Ok(false) => Err(unusable("nobody has called listen on it")),
        Ok(true) | Err(Errno::ENOPROTOOPT) => Ok(Some(socket)), // not every system can tell
        Err(error) => Err(unusable(error.desc())),
    }
}

/// Whether the process `me` is told that it was given one socket.
fn is_for(me: u32, pid: Option<&str>, count: Option<&str>) -> Result<bool, Failure> {
    let (Some(pid), Some(count)) = (pid, count) else { return Ok(false) };
    let Ok(pid) = pid.parse::<u32>() else {
        return Err(Failure::Usage(format!(
            "LISTEN_PID is {pid:?}; it must be a process's number"
        )));
    };
    match count.parse::<u32>() {
        _ if pid != me => Ok(false), // meant for a process before us
        Ok(0) => Ok(false),
        Ok(1) => Ok(true),
        _ => {
            let what = "this server takes one socket, LISTEN_FDS=1: give it one address";
            Err(Failure::Usage(format!("LISTEN_FDS is {count:?}; {what}")))
        }
    }
}

fn unusable(why: &str) -> Failure {
    let what = "start the server with a listening TCP socket as descriptor 3, or unset LISTEN_FDS";
    Failure::Usage(format!("LISTEN_FDS is 1, but descriptor {FIRST} can't be used: {why}; {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_meant_takes_it() {
        assert!(is_for(7, Some("7"), Some("1")).expect("it is right"));
        for (pid, count) in [(None, Some("1")), (Some("7"), None), (Some("7"), Some("0"))] {
            assert!(!is_for(7, pid, count).expect("nothing was given"));
        }
        for count in ["1", "2", "x"] {
            assert!(!is_for(7, Some("8"), Some(count)).expect("it is meant for somebody else"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (pid, count) in [("7", "2"), ("7", "-1"), ("7", "one"), ("seven", "1"), ("", "1")] {
            let refused = is_for(7, Some(pid), Some(count)).expect_err("it makes no sense");
            assert!(matches!(refused, Failure::Usage(_)), "{pid} {count}: {refused}");
        }
    }
}
