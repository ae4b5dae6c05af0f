//! A restart that nobody notices: the listening socket outlives the servers that accept from it.
//!
//! The grader holds the socket, as systemd does, and starts one server after the other with it,
//! each before it stops the one before. Clients ask all the time. None of them is refused, and no
//! request is lost, but for one case that the protocol has foreseen (RFC 9112 s9.3.1, s9.5): a
//! persistent connection may be closed while its next request is on its way. Then not one byte of
//! an answer comes, and the client asks again on a new connection. That is counted. A request of which
//! the server has read the head is no such case, and some clients make it prove that: `proof.rs`.

mod asking;
mod proof;

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use asking::{Way, ask_on};

use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::failure::{Failure, Seen};
use crate::patience::{STEP_SECONDS, patience, wait_until};
use crate::server::Server;
use crate::target::Target;

const RESTARTS: usize = 6;
const CLIENTS: usize = 8;

/// How many requests a client makes of a connection. The first one of a connection has no excuse:
/// that server has accepted it. So every other client makes one only. A later one has none either once
/// the server has proved that it has read its head.
const WAYS: [Way; 4] = [
    Way { times: 1, proves: false },
    Way { times: 4, proves: false },
    Way { times: 1, proves: true },
    Way { times: 4, proves: true },
];

/// How many requests are answered between two restarts.
const BETWEEN: usize = 60;

/// For the servers of this repository that serve many at once. It needs the whole machine.
pub const CHECKS: &[Check] = &[Check {
    id: "restart-loses-nobody",
    title: "six restarts under load, with the listening socket handed over, lose no request",
    rule: "sd_listen_fds(3); RFC 9112 s9.3.1 and s9.5 for what a client may ask again",
    hint: "When told to stop, leave the listening socket to the next process, answer whatever was \
           accepted, and say close with the last answer.",
    run: loses_nobody,
}];

/// What the clients have seen.
#[derive(Debug, Default)]
struct Tally {
    answered: AtomicUsize,
    asked_again: AtomicUsize,
    is_over: AtomicBool,
}

fn loses_nobody(target: &Target) -> Verdict {
    let machine = |error| Failure::new(format!("no socket: {error}")).seen(Seen::Machine);
    let listening = TcpListener::bind("127.0.0.1:0").map_err(machine)?;
    let address = listening.local_addr().map_err(machine)?;
    let server = next(target, &listening)?;
    let seen = &Tally::default();
    let (server, lost) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|at| WAYS[at % WAYS.len()])
            .map(|way| scope.spawn(move || asks_all_the_time(address, way, seen)))
            .collect();
        let server = restart_again_and_again(target, &listening, server, seen);
        seen.is_over.store(true, Ordering::Relaxed);
        let lost = clients.into_iter().filter_map(|client| client.join().ok()?.err());
        (server, lost.collect::<Vec<String>>())
    });
    expect(&(), lost.is_empty(), no_request_is_lost(&lost))?;
    server?;
    let answered = seen.answered.load(Ordering::Relaxed);
    let again = seen.asked_again.load(Ordering::Relaxed);
    println!(
        "restart: {RESTARTS} restarts, {answered} requests answered, 0 lost, {again} asked again"
    );
    Ok(())
}

fn no_request_is_lost(lost: &[String]) -> String {
    let mut words = "no request is lost and no connection refused".to_owned();
    if let Some(first) = lost.first() {
        let _ = write!(words, "; {} clients lost one: {first}", lost.len());
    }
    words
}

fn next(target: &Target, listening: &TcpListener) -> Result<Server, Failure> {
    let copy = listening.try_clone().map_err(|error| {
        Failure::new(format!("no descriptor for the server: {error}")).seen(Seen::Machine)
    })?;
    let launch = target.launch().arg("--quiet");
    launch.inheriting(copy.into(), "LISTEN_PID=$$ LISTEN_FDS=1").start()
}

/// Returns the last of the servers.
fn restart_again_and_again(
    target: &Target,
    listening: &TcpListener,
    mut server: Server,
    seen: &Tally,
) -> Result<Server, Failure> {
    for _ in 0..RESTARTS {
        some_are_answered(seen)?;
        let before = std::mem::replace(&mut server, next(target, listening)?);
        before.stop(crate::Signal::SIGTERM)?;
        let status = before.wait_exit(STEP_SECONDS)?;
        let got = format!("{:?}", status.code());
        expect_eq(&before, "a server that is stopped ends with status 0", "Some(0)", got)?;
    }
    some_are_answered(seen)?;
    Ok(server)
}

fn some_are_answered(seen: &Tally) -> Verdict {
    let enough = seen.answered.load(Ordering::Relaxed) + BETWEEN;
    wait_until(patience(STEP_SECONDS), "the clients to be answered", || {
        (seen.answered.load(Ordering::Relaxed) >= enough).then_some(())
    })
}

fn asks_all_the_time(address: SocketAddr, way: Way, seen: &Tally) -> Result<(), String> {
    while !seen.is_over.load(Ordering::Relaxed) {
        let told = ask_on(address, way)?;
        seen.answered.fetch_add(told.answered, Ordering::Relaxed);
        seen.asked_again.fetch_add(usize::from(told.closed_on_the_way), Ordering::Relaxed);
    }
    Ok(())
}
