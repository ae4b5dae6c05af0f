//! What every server keeps, whatever it serves: how it starts, what it says, how it ends.
//!
//! The checks send a request and take any answer, so they hold for a server that echoes as well as
//! for one that understands HTTP.

mod inherited;
pub(crate) mod usage;

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use nix::sys::signal::Signal;

use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::{expect, expect_eq};
use crate::failure::Failure;
use crate::patience::STEP_SECONDS;
use crate::server::Server;
use crate::target::Target;

const RULE: &str = "the contract of every server";

/// A request that any server answers somehow.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The checks that are the same for all stages.
pub const CHECKS: &[Check] = &[
    Check {
        id: "contract-port-in-use",
        title: "a port that is taken ends the server with status 1 and one line that says what to do",
        rule: RULE,
        hint: "Let main return the error of bind, print it once on stderr with the port in it and \
               the way out (PORT=…), and end with status 1.",
        run: usage::port_in_use,
    },
    Check {
        id: "contract-bad-port",
        title: "a PORT that is no port number ends the server with status 2",
        rule: RULE,
        hint: "Parse PORT as a u16; when that fails, name the value on stderr and end with status 2.",
        run: usage::bad_port,
    },
    Check {
        id: "contract-help",
        title: "--help explains the settings on standard output and ends with status 0",
        rule: RULE,
        hint: "Look at the arguments before anything else; help that was asked for goes to stdout.",
        run: usage::help,
    },
    Check {
        id: "contract-unknown-option",
        title: "an option that the server does not know ends it with status 2",
        rule: RULE,
        hint: "An argument that is silently ignored is a setting that silently does not work.",
        run: usage::unknown_option,
    },
    Check {
        id: "contract-ipv6",
        title: "HOST=::1 makes the server listen on IPv6 and say so with brackets",
        rule: "the contract of every server; RFC 3986 s3.2.2 for the brackets",
        hint: "Parse HOST as an IpAddr and print the SocketAddr, which puts the brackets itself.",
        run: ipv6,
    },
    Check {
        id: "contract-restart-on-the-same-port",
        title: "a server that was stopped can be started again on its port at once",
        rule: "POSIX setsockopt(2), SO_REUSEADDR; RFC 9293 s3.6.1 for TIME-WAIT",
        hint: "Set SO_REUSEADDR on the listening socket before bind: afterwards it has no effect.",
        run: restart,
    },
    Check {
        id: "contract-stdout-closed",
        title: "a server goes on when nobody reads its standard output any more",
        rule: "POSIX write(2), EPIPE",
        hint: "println! panics on a closed pipe; use writeln! and ignore its error.",
        run: stdout_closed,
    },
];

/// For the servers of this repository only.
pub const OURS: &[Check] = &{
    let [used, for_another, wrong] = inherited::CHECKS;
    [usage::PROPOSAL, used, for_another, wrong, NON_BLOCKING]
};

pub use inherited::NON_BLOCKING;

/// The listening line of a server that speaks HTTP names the real port, with a scheme.
pub const LISTENING_HTTP: Check = Check {
    id: "contract-listening-line",
    title: "the first line on stdout says \"listening on http://\" and the real address",
    rule: RULE,
    hint: "Ask the listening socket for its address after bind (getsockname): with PORT=0 only the \
           kernel knows the port. Print it in one line, and flush.",
    run: |target| listening_line(target, "listening on http://"),
};

/// The listening line of a server that does not speak HTTP names the real port.
pub const LISTENING_PLAIN: Check = Check {
    title: "the first line on stdout says \"listening on\" and the real address",
    run: |target| listening_line(target, "listening on "),
    ..LISTENING_HTTP
};

fn listening_line(target: &Target, start: &str) -> Verdict {
    let server = target.start()?;
    let address = server.address();
    expect(&server, address.port() != 0, "the line names the port that the kernel chose")?;
    let what = "HOST=127.0.0.1 makes it listen on this address, and on no other";
    expect(&server, address.ip() == Ipv4Addr::LOCALHOST, what)?;
    let line = server.stdout_lines().into_iter().next().unwrap_or_default();
    expect_eq(&server, "this is the first line on stdout", format!("{start}{address}"), line)?;
    served(&server).map(drop)
}

/// A server that was told to listen on IPv6, and does. None if this machine has no IPv6: then there
/// is nothing to find out.
///
/// # Errors
///
/// It does not start, or listens elsewhere.
pub fn on_ipv6(target: &Target) -> Result<Option<Server>, Failure> {
    if TcpListener::bind("[::1]:0").is_err() {
        return Ok(None);
    }
    let by_hand = |failure: Failure| {
        failure.by_hand("write HOST=::1 in front of the command that starts the server")
    };
    let server = target.launch().env("HOST", "::1").start().map_err(by_hand)?;
    let is_there = server.address().ip() == Ipv6Addr::LOCALHOST;
    let what = "HOST=::1 makes it listen on this address of IPv6, and on no other";
    expect(&server, is_there, what)
        .map_err(|failure| by_hand(failure).got(server.listening_line()))?;
    Ok(Some(server))
}

fn ipv6(target: &Target) -> Verdict {
    let Some(server) = on_ipv6(target)? else { return Ok(()) };
    let brackets = format!("[::1]:{}", server.address().port());
    let shown = server.listening_line().ends_with(&brackets);
    expect(&server, shown, format!("the listening line ends with {brackets}"))?;
    served(&server).map(drop)
}

fn restart(target: &Target) -> Verdict {
    // Between the two runs somebody else may get the port, so that one failure proves nothing.
    let tries = [restart_once(target), restart_once(target), restart_once(target)];
    let mut failures = tries.into_iter().filter_map(Result::err);
    match (failures.next(), failures.next(), failures.next()) {
        (Some(_), Some(_), Some(last)) => Err(last.by_hand(
            "start the server, talk to it, stop it with Ctrl-C while connected, and start it again",
        )),
        _ => Ok(()),
    }
}

/// Ends the server while a connection is open: then its side closes first, and has TIME-WAIT.
fn restart_once(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(REQUEST)?;
    client.read_exact_n(REQUEST.len())?;
    server.stop(Signal::SIGKILL)?;
    // Until the end has arrived, the connection is not in TIME-WAIT.
    client.ending()?;
    drop(client);
    server.wait_exit(STEP_SECONDS)?;
    let port = server.address().port().to_string();
    drop(server);
    let again = target.launch().env("PORT", port).start()?;
    served(&again).map(drop)
}

fn stdout_closed(target: &Target) -> Verdict {
    let server = target.launch().closing_stdout().start()?;
    for _ in 0..3 {
        served(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}

/// Sends a request, half-closes, and takes whatever comes until the end, which must be something.
///
/// # Errors
///
/// Nothing comes, or no end.
pub fn served(server: &Server) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    client.send(REQUEST)?;
    client.half_close()?;
    let answer = client.read_to_end()?;
    expect(&client, !answer.is_empty(), "the client gets an answer")?;
    Ok(client)
}
