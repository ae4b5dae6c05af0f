//! What happens to the servers while clients ask.

use std::net::SocketAddr;
use std::time::Instant;

use grader::harness::Failed;
use grader::{Signal, patience, wait_until};

use crate::balancer::Balancer;
use crate::kind::Kind;
use crate::load::{Load, Lost};
use crate::servers::Behind;
use crate::verdict::{Renewed, may_be_lost, nothing_ran_twice};

type Told = Result<(), Failed>;

/// At least so many requests are sent; more, if it takes longer until all has happened.
const REQUESTS: usize = 10_000;
/// A server that was killed may have had no POST in hands; then it is killed again.
const KILLS: usize = 30;
/// Seconds until one thing has happened; a balancer looks again after 2 s.
const SECONDS: f64 = 60.0;
/// A server has its share again once it has given so many answers.
const SHARE: usize = 20;

/// Each server is restarted, and one is killed until it had something in hands.
///
/// A connection that comes in between a server's last look into its backlog and the closing of the
/// listening socket is reset, and a POST on it lost. That is a matter of microseconds: twice in a row
/// it is no chance.
pub fn nothing_is_lost(kind: &'static Kind) -> Told {
    let first = lost_at_restarts(kind)?;
    if first.is_empty() {
        return Ok(());
    }
    match lost_at_restarts(kind)? {
        second if second.is_empty() => Ok(()),
        second => Err(format!("lost at restarts: {}", [first, second].concat().join("\n")).into()),
    }
}

/// What was lost when a server was restarted, after SIGTERM.
fn lost_at_restarts(kind: &'static Kind) -> Result<Vec<String>, Failed> {
    let mut servers = start()?;
    let balancer = Balancer::start(kind, addresses(&servers), None)?;
    let load = Load::default();
    let began = Instant::now();
    let renewed = load.during(balancer.address, || {
        let mut renewed = Vec::new();
        for server in &mut servers {
            renewed.push(renew(server, Signal::SIGTERM)?);
            has_its_share(&load, server.address())?;
        }
        kill_one(&load, &mut servers[1], &mut renewed)?;
        let what = format!("{REQUESTS} requests");
        until(&what, || (load.asked() >= REQUESTS).then_some(()))?;
        Ok::<_, Failed>(renewed)
    })?;
    println!(
        "{}: {} requests in {:.1} s, {} of them POST; 3 restarts, {} killed; \
         {} sent to a second server, {} lost",
        kind.program,
        load.asked(),
        began.elapsed().as_secs_f64(),
        load.posts(),
        renewed.len() - servers.len(),
        balancer.retried(),
        load.lost(<[Lost]>::len),
    );
    nothing_ran_twice(&servers)?;
    let judge = |one: &Lost| may_be_lost(one, &renewed, &balancer, &servers).transpose();
    load.lost(|lost| lost.iter().filter_map(judge).collect())
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

fn renew(server: &mut Behind, by: Signal) -> Result<Renewed, Failed> {
    let from = Instant::now();
    server.renew(by)?;
    Ok(Renewed { server: server.address(), by, from, to: Instant::now() })
}

/// Kills a server and starts another one in its place, until a POST was lost: so it is seen that
/// the balancer does not send one twice.
fn kill_one(load: &Load, server: &mut Behind, renewed: &mut Vec<Renewed>) -> Told {
    let posts = || load.lost(|lost| lost.iter().filter(|one| one.is_post).count());
    let before = posts();
    for _ in 0..KILLS {
        renewed.push(renew(server, Signal::SIGKILL)?);
        has_its_share(load, server.address())?;
        if posts() > before {
            return Ok(());
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
