//! A server that is started with its listening socket, as systemd or its predecessor does it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;

use crate::check::{Check, Verdict};
use crate::evidence::{Evidence, expect, expect_eq};
use crate::failure::{Failure, Seen};
use crate::launch::Launch;
use crate::patience::{STEP_SECONDS, patience};
use crate::process;
use crate::target::Target;

const RULE: &str = "sd_listen_fds(3)";

/// For the servers of this repository: the contract of a learner's server does not ask for it.
pub(super) const CHECKS: [Check; 3] = [
    Check {
        id: "contract-inherited-socket",
        title: "a server that is started with its listening socket answers who connected before",
        rule: RULE,
        hint: "With LISTEN_PID its own number and LISTEN_FDS=1, descriptor 3 is the listening \
               socket: bind nothing, ask it for its address, and accept.",
        run: is_used,
    },
    Check {
        id: "contract-inherited-for-another",
        title: "a socket that is meant for another process is left alone",
        rule: RULE,
        hint: "LISTEN_PID is inherited like any variable: if it is not our own number, ignore it.",
        run: is_for_another,
    },
    Check {
        id: "contract-inherited-wrong",
        title: "an inherited socket that can't be used ends the server with status 2",
        rule: RULE,
        hint: "Look whether descriptor 3 is a stream socket that listens, and whether there is one.",
        run: is_wrong,
    },
];

/// For every server of this repository.
pub const NON_BLOCKING: Check = Check {
    id: "contract-inherited-nonblocking",
    title: "a listening socket that does not block is waited at, and not asked again and again",
    rule: "POSIX open(2): O_NONBLOCK belongs to the open file description, which others share",
    hint: "When accept returns EAGAIN, wait with poll until a client is there.",
    run: is_waited_at,
};

/// A listening socket of the grader's.
fn listening() -> Result<TcpListener, Failure> {
    TcpListener::bind("127.0.0.1:0").map_err(machine)
}

fn machine(error: io::Error) -> Failure {
    Failure::new(format!("this machine has no socket: {error}")).seen(Seen::Machine)
}

/// A client that has sent its request, though no server runs.
fn connected_early(address: SocketAddr) -> io::Result<TcpStream> {
    let mut client = TcpStream::connect(address)?;
    client.write_all(super::REQUEST)?;
    client.shutdown(Shutdown::Write)?;
    Ok(client)
}

fn rest(mut client: TcpStream) -> io::Result<Vec<u8>> {
    client.set_read_timeout(Some(patience(STEP_SECONDS)))?;
    let mut answer = Vec::new();
    client.read_to_end(&mut answer)?;
    Ok(answer)
}

fn given(target: &Target, socket: impl Into<OwnedFd>) -> Launch {
    target.launch().inheriting(socket.into(), "LISTEN_PID=$$ LISTEN_FDS=1")
}

fn is_used(target: &Target) -> Verdict {
    let listening = listening()?;
    let address = listening.local_addr().map_err(machine)?;
    let early = connected_early(address).map_err(machine)?;
    // PORT is not looked at: it could not be had.
    let port = address.port().to_string();
    let server = given(target, listening).env("PORT", port).start()?;
    expect_eq(
        &server,
        "this is where it says that it listens",
        address.to_string(),
        server.address().to_string(),
    )?;
    let answer = rest(early).map_err(|error| {
        server.add_to(Failure::new(format!("who connected before the server ran got: {error}")))
    })?;
    expect(&server, !answer.is_empty(), "who connected before the server ran gets an answer")?;
    super::served(&server).map(drop)
}

fn is_for_another(target: &Target) -> Verdict {
    let listening = listening()?;
    let address = listening.local_addr().map_err(machine)?;
    let said = "LISTEN_PID=1 LISTEN_FDS=1";
    let server = target.launch().inheriting(listening.into(), said).start()?;
    expect(&server, server.address() != address, "it listens on an address of its own")?;
    super::served(&server).map(drop)
}

fn is_wrong(target: &Target) -> Verdict {
    let two = target.launch().inheriting(listening()?.into(), "LISTEN_PID=$$ LISTEN_FDS=2");
    super::usage::refused(&two, "LISTEN_FDS")?;
    let datagrams = UdpSocket::bind("127.0.0.1:0").map_err(machine)?;
    super::usage::refused(&given(target, datagrams), "descriptor 3")?;
    let (_reader, pipe) = io::pipe().map_err(machine)?;
    super::usage::refused(&given(target, pipe), "descriptor 3")?;
    let other = listening()?;
    let connected = TcpStream::connect(other.local_addr().map_err(machine)?);
    super::usage::refused(&given(target, connected.map_err(machine)?), "descriptor 3")
}

/// How often in a row it must be seen asleep. One that asks again and again is seen running.
const ASLEEP: usize = 20;

fn is_waited_at(target: &Target) -> Verdict {
    let listening = listening()?;
    listening.set_nonblocking(true).map_err(machine)?;
    let server = given(target, listening).start()?;
    for _ in 0..2 {
        let mut asleep = 0;
        server.wait_until("the server to sleep", || {
            asleep = if process::is_at_rest(server.pid()) { asleep + 1 } else { 0 };
            (asleep == ASLEEP).then_some(())
        })?;
        super::served(&server)?;
    }
    Ok(())
}
