//! Hardening: what every stage keeps, so that one set of checks can judge them all.
//!
//! `PORT` and `HOST` come from the environment, the first line on standard output says where the
//! server listens, wrong usage ends with exit code 2 and a failure with 1, each with one line on
//! standard error that says what to do.

use std::env;
use std::fmt::{self, Display};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::process::ExitCode;

use nix::errno::Errno;

use crate::inherited::inherited;
use crate::init::leave_process_1;
use crate::listen::{bound_address, listening_socket};
use crate::terminal::{explain, outlive_a_full_log, prepare, report_lost_lines, say};

/// The port of a server that was not told one; the Python lesson's.
const DEFAULT_PORT: u16 = 8888;
/// The first port that needs no rights.
const FOR_ALL: u16 = 1024;
/// Only this machine can reach a server that was not told otherwise.
const DEFAULT_HOST: &str = "127.0.0.1";

/// Why a server ended, or did not start.
#[derive(Debug)]
pub enum Failure {
    /// It was called wrongly: exit code 2.
    Usage(String),
    /// The system would not have it: exit code 1.
    System(String),
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Failure::Usage(what) | Failure::System(what) => f.write_str(what),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::System(error.to_string())
    }
}

/// Ends a server's `main`: prints a failure once and turns it into the exit code. Lines that could
/// not be printed are reported here for the last time.
pub fn exit(program: &str, result: Result<(), Failure>) -> ExitCode {
    if let Err(failure) = &result {
        explain(format_args!("{program}: {failure}"));
    }
    report_lost_lines();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(_)) => ExitCode::from(2),
        Err(Failure::System(_)) => ExitCode::from(1),
    }
}

/// Which of the `known` flags the command line sets. `None` if it asked for help, which is printed.
///
/// # Errors
/// `Usage` for an argument that is not known.
pub fn flags<const N: usize>(help: &str, known: [&str; N]) -> Result<Option<[bool; N]>, Failure> {
    let mut set = [false; N];
    for argument in env::args_os().skip(1) {
        if argument == "--help" || argument == "-h" {
            say(format_args!("{help}"));
            return Ok(None);
        }
        let position = known.iter().position(|flag| argument == *flag);
        let unknown = || Failure::Usage(format!("unknown argument {argument:?}; see --help"));
        set[position.ok_or_else(unknown)?] = true;
    }
    Ok(Some(set))
}

/// Listens where `HOST` and `PORT` say, or on the socket that this process was started with: see
/// [`crate::inherited`]. Returns the listening socket and its real address. In a container it returns
/// in another process: see [`crate::init`]. So it comes before anything that starts one.
///
/// # Errors
/// `Usage` if `PORT`, `HOST` or `LISTEN_FDS` make no sense, `System` if the address can't be had, or
/// the socket of `LISTEN_FDS` has been handed out before.
pub fn listen_from_env(backlog: i32) -> Result<(OwnedFd, SocketAddr), Failure> {
    leave_process_1()?;
    outlive_a_full_log();
    let listening = match inherited()? {
        Some(socket) => socket,
        None => {
            let address = address_from_env()?;
            listening_socket(address, backlog).map_err(|error| unlistenable(address, error))?
        }
    };
    let address = bound_address(&listening).map_err(io::Error::from)?;
    prepare(); // not before the inherited descriptor has its owner
    Ok((listening, address))
}

fn address_from_env() -> Result<SocketAddr, Failure> {
    let host = variable("HOST").unwrap_or(DEFAULT_HOST.to_string());
    let port = variable("PORT").unwrap_or(DEFAULT_PORT.to_string());
    let Ok(number) = port.parse::<u16>() else {
        let what = "it must be a number from 0 to 65535 (0: any free port)";
        return Err(Failure::Usage(format!("PORT is {port:?}; {what}")));
    };
    let mut addresses = (host.as_str(), number).to_socket_addrs().into_iter().flatten();
    addresses.next().ok_or_else(|| {
        let what = "it must be an address of this machine, such as 127.0.0.1 or ::1";
        Failure::Usage(format!("HOST is {host:?}; {what}"))
    })
}

/// A variable of the environment, if it is set; what is not UTF-8 in it is replaced.
pub fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn unlistenable(address: SocketAddr, error: Errno) -> Failure {
    let port = address.port();
    let other = format!("choose another, PORT={}, or PORT=0 for any free one", other_port(port));
    let advice = match error {
        Errno::EADDRINUSE if port == 0 => {
            "no port of this machine is free: stop what has opened so many connections".into()
        }
        Errno::EADDRINUSE => {
            format!("another server has this port, or had it a minute ago: stop it, or {other}")
        }
        Errno::EACCES if (1..FOR_ALL).contains(&port) => {
            format!("ports below {FOR_ALL} are for root: {other}")
        }
        Errno::EACCES | Errno::EPERM => format!("this system keeps the port from you: {other}"),
        Errno::EADDRNOTAVAIL | Errno::EAFNOSUPPORT => {
            "HOST must be an address of this machine, such as 127.0.0.1 or ::1".into()
        }
        _ => "man 2 socket, bind and listen say what that means".into(),
    };
    Failure::System(format!("cannot listen on {address}: {}; {advice}", error.desc()))
}

/// A port to try when this one can't be had: never the same, and one that needs no rights.
fn other_port(port: u16) -> u16 {
    match port {
        DEFAULT_PORT.. => port.checked_add(1).unwrap_or(DEFAULT_PORT),
        _ => DEFAULT_PORT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(port: u16, error: Errno) -> String {
        unlistenable(SocketAddr::from(([127, 0, 0, 1], port)), error).to_string()
    }

    #[test]
    fn the_port_that_is_proposed_is_another_one_that_anybody_may_have() {
        for port in [1, 80, 1023, 1024, 8887, 8888, 8889, 65_534, 65_535] {
            for error in [Errno::EADDRINUSE, Errno::EACCES, Errno::EPERM] {
                let said = said(port, error);
                let proposed = said.split("PORT=").nth(1).and_then(|rest| rest.split(',').next());
                let proposed: u16 = proposed.expect("one is named").parse().expect("it is a port");
                assert!(proposed != port && proposed >= FOR_ALL, "{said}");
            }
        }
        assert!(said(80, Errno::EACCES).contains("below 1024"));
        assert!(!said(8888, Errno::EACCES).contains("below 1024"));
    }

    #[test]
    fn any_free_port_is_not_proposed_when_none_is_free() {
        assert!(!said(0, Errno::EADDRINUSE).contains("PORT="));
    }
}
