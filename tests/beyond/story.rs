//! What happens to the servers while clients ask, and what must come of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use grader::{Signal, patience, wait_until};
use libtest_mimic::Failed;

use crate::balancer::Balancer;
use crate::kind::Kind;
use crate::load::{Load, Lost};
use crate::servers::Behind;

type Told = Result<(), Failed>;

/// At least so many requests are sent; more, if it takes longer until all has happened.
const REQUESTS: usize = 10_000;
/// A server that was killed may have had no POST in hands; then it is killed again.
const KILLS: usize = 30;
/// Seconds until one thing has happened; a balancer looks again after 2 s.
const SECONDS: f64 = 60.0;
/// A server has its share again once it has given so many answers.
const SHARE: usize = 20;

/// A server was killed, and another one was there in its place.
struct Killed {
    server: SocketAddr,
    from: Instant,
    to: Instant,
}

/// Each server is restarted, and one is killed until it had something in hands.
pub fn nothing_is_lost(kind: &'static Kind) -> Told {
    let mut servers = start()?;
    let balancer = Balancer::start(kind, addresses(&servers), None)?;
    let load = Load::default();
    let began = Instant::now();
    let killed = load.during(balancer.address, || {
        for server in &mut servers {
            server.renew(Signal::SIGTERM)?;
            has_its_share(&load, server.address())?;
        }
        let killed = kill_one(&load, &mut servers[1])?;
        let what = format!("{REQUESTS} requests");
        until(&what, || (load.asked() >= REQUESTS).then_some(()))?;
        Ok::<_, Failed>(killed)
    })?;
    let retried = balancer.retried();
    load.lost(|lost| {
        println!(
            "{}: {} requests in {:.1} s, {} of them POST; 3 restarts, {} killed; \
             {} sent to a second server, {} lost",
            kind.program,
            load.asked(),
            began.elapsed().as_secs_f64(),
            load.posts(),
            killed.len(),
            retried,
            lost.len(),
        );
        for one in lost {
            may_be_lost(one, &killed, &balancer, &servers)?;
        }
        nothing_ran_twice(&servers)
    })
}

/// The same without retries: else the above would show nothing.
pub fn without_retries_requests_are_lost(kind: &'static Kind) -> Told {
    let mut servers = start()?;
    let balancer = Balancer::start(kind, addresses(&servers), Some(kind.retries))?;
    let load = Load::default();
    load.during(balancer.address, || {
        for _ in 0..KILLS {
            has_its_share(&load, servers[1].address())?;
            servers[1].renew(Signal::SIGKILL)?;
            if load.lost(|lost| lost.iter().any(|one| !one.is_post)) {
                return Ok(());
            }
        }
        Err(format!("a server was killed {KILLS} times, and no GET was lost").into())
    })
}

fn start() -> Result<[Behind; 3], Failed> {
    Ok([Behind::start()?, Behind::start()?, Behind::start()?])
}

fn addresses(servers: &[Behind; 3]) -> [SocketAddr; 3] {
    [servers[0].address(), servers[1].address(), servers[2].address()]
}

/// Kills a server and starts another one in its place, until a POST was lost: so it is seen that
/// the balancer does not send one twice.
fn kill_one(load: &Load, server: &mut Behind) -> Result<Vec<Killed>, Failed> {
    let mut killed = Vec::new();
    while killed.len() < KILLS {
        let from = Instant::now();
        server.renew(Signal::SIGKILL)?;
        killed.push(Killed { server: server.address(), from, to: Instant::now() });
        has_its_share(load, server.address())?;
        if load.lost(|lost| lost.iter().any(|one| one.is_post)) {
            return Ok(killed);
        }
    }
    let what =
        format!("a server was killed {KILLS} times, and no POST was lost: is it sent twice?");
    Err(what.into())
}

/// Waits until the balancer gives this server its share of the requests again.
fn has_its_share(load: &Load, server: SocketAddr) -> Told {
    let before = load.answers_of(server);
    let what = format!("answers of the server on {server}");
    until(&what, || (load.answers_of(server) >= before + SHARE).then_some(()))
}

fn until(what: &str, look: impl FnMut() -> Option<()>) -> Told {
    wait_until(patience(SECONDS), what, look).map_err(|failure| failure.what().into())
}

/// Only a POST may be, which was sent to a server that was killed, and to no other one after it.
fn may_be_lost(lost: &Lost, killed: &[Killed], balancer: &Balancer, servers: &[Behind]) -> Told {
    let during = killed.iter().find(|kill| lost.sent < kill.to && lost.ended > kill.from);
    let wrong = match during {
        _ if !lost.is_post => "a GET was lost, and it may be sent again",
        None => "a POST was lost, and no server was killed at that time",
        Some(kill) if balancer.asked_last(lost)?.is_some_and(|last| last != kill.server) => {
            "a POST was lost, and not by the server that was killed"
        }
        Some(kill) if others(servers, kill.server).any(|server| server.answered(&lost.target)) => {
            "a POST was lost, and sent to a second server"
        }
        Some(_) => return Ok(()),
    };
    let log = balancer.printed().into_iter().filter(|line| line.contains(&lost.target));
    let Lost { target, why, .. } = lost;
    Err(format!("{wrong}: {target}: {why}\n{}", log.collect::<Vec<_>>().join("\n")).into())
}

fn others(servers: &[Behind], than: SocketAddr) -> impl Iterator<Item = &Behind> {
    servers.iter().filter(move |server| server.address() != than)
}

/// A POST that two servers have answered was sent twice.
fn nothing_ran_twice(servers: &[Behind]) -> Told {
    let mut times = BTreeMap::new();
    for line in servers.iter().flat_map(Behind::printed) {
        if let Some((_, rest)) = line.split_once("\"POST ") {
            *times.entry(rest.split(' ').next().unwrap_or_default().to_owned()).or_insert(0) += 1;
        }
    }
    match times.iter().find(|(_, times)| **times > 1) {
        Some((target, times)) => Err(format!("POST {target} was answered {times} times").into()),
        None => Ok(()),
    }
}
