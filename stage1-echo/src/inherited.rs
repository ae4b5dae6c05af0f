//! Hardening: a listening socket that somebody else opened, and left open for us.
//!
//! A service manager, or the server whose place we take, has bound the port already. It starts us
//! with the socket as descriptor 3 and says so in the environment, as `sd_listen_fds(3)` has it:
//! `LISTEN_FDS=1`, and `LISTEN_PID` with our number, so that a child of ours does not take it for
//! meant. Whether the socket blocks stays as it is: whoever shares it would notice.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{SockType, SockaddrStorage, getsockname, getsockopt, sockopt};

use crate::contract::{Failure, variable};
use crate::init::started_as;

/// What is said about inherited descriptors; no program that we start is to hear it.
pub const VARIABLES: [&str; 3] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

/// The first descriptor behind standard error.
const FIRST: RawFd = 3;

/// Whether the socket has been handed out. A second owner of the same descriptor would close it under
/// the first one, and its number might be somebody else's by then.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// The listening socket that this process was started with, if it was. It is handed out once.
///
/// # Errors
/// `Usage` if what the environment says makes no sense, or descriptor 3 is no listening socket.
/// `System` if it was handed out before, or was opened by this process itself.
pub fn inherited() -> Result<Option<OwnedFd>, Failure> {
    let [pid, count, _] = VARIABLES.map(variable);
    if !is_for(started_as(), pid.as_deref(), count.as_deref())? {
        return Ok(None);
    }
    // Asked by its number, for nobody may own what is not open.
    getsockname::<SockaddrStorage>(FIRST).map_err(|error| unusable(error.desc()))?;
    let socket = owned()?;
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

/// Descriptor 3, which is open, as something that this process owns.
fn owned() -> Result<OwnedFd, Failure> {
    if IS_TAKEN.swap(true, Ordering::Relaxed) {
        return Err(taken("it has been taken already"));
    }
    // SAFETY: it is open, and it stays so: it is borrowed for the next line only, and whoever closes
    // a descriptor meanwhile owns it, and has opened it with close-on-exec, as Rust does.
    let flags = fcntl(unsafe { BorrowedFd::borrow_raw(FIRST) }, FcntlArg::F_GETFD);
    let flags = FdFlag::from_bits_retain(flags.map_err(io::Error::from)?);
    if flags.contains(FdFlag::FD_CLOEXEC) {
        return Err(taken("it was opened by this process")); // it would not have come through exec
    }
    // SAFETY: it is open, it came from the program that started us, so nothing in this process owns
    // it, and `IS_TAKEN` lets nobody come here twice.
    Ok(unsafe { OwnedFd::from_raw_fd(FIRST) })
}

fn taken(why: &str) -> Failure {
    Failure::System(format!("descriptor {FIRST} (LISTEN_FDS) can't be used: {why}"))
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
    use std::env;
    use std::io;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd;
    use std::process::{Command, Output};

    use super::*;
    use crate::contract::listen_from_env;

    /// Says to a test that it runs in a process of its own, which was started with these words.
    const ALONE: &str = "TEST_ALONE";

    /// Runs the test of that name in another process. `words` are a shell's, in which `"$0" "$@"` is
    /// that process, and the listening socket is descriptor 0.
    fn alone(test: &str, words: &str) -> io::Result<Output> {
        let listening = OwnedFd::from(TcpListener::bind("127.0.0.1:0")?);
        let mut shell = Command::new("sh");
        shell.args(["-c", words]).arg(env::current_exe()?).args([test, "--exact", "--nocapture"]);
        shell.env(ALONE, "yes").stdin(listening).output()
    }

    fn is_alone() -> bool {
        env::var_os(ALONE).is_some()
    }

    fn passes(ran: io::Result<Output>) {
        let ran = ran.expect("sh is everywhere");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn the_socket_is_handed_out_once() {
        if !is_alone() {
            let words = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3<&0";
            return passes(alone("inherited::tests::the_socket_is_handed_out_once", words));
        }
        let (first, address) = listen_from_env(1).expect("it was handed over");
        assert_eq!(first.as_raw_fd(), FIRST);
        let refused = listen_from_env(1).expect_err("it has an owner");
        assert!(refused.to_string().contains("taken already"), "{refused}");
        let refused = inherited().expect_err("it has an owner");
        assert!(refused.to_string().contains("taken already"), "{refused}");
        let still = crate::listen::bound_address(&first).expect("the first owner still has it");
        assert_eq!(still, address);
    }

    #[test]
    fn a_descriptor_of_our_own_is_not_taken_for_one_that_was_handed_over() {
        if !is_alone() {
            let words = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\"";
            let name = "a_descriptor_of_our_own_is_not_taken_for_one_that_was_handed_over";
            return passes(alone(&format!("inherited::tests::{name}"), words));
        }
        let own: Vec<TcpListener> =
            (0..8).map(|_| TcpListener::bind("127.0.0.1:0").expect("any port")).collect();
        assert!(own.iter().any(|socket| socket.as_raw_fd() == FIRST), "{own:?}");
        let refused = inherited().expect_err("it is ours");
        assert!(refused.to_string().contains("opened by this process"), "{refused}");
    }

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
