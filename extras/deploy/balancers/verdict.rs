//! What may be lost, and what must not.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use grader::Signal;
use grader::harness::Failed;

use crate::balancer::Balancer;
use crate::load::Lost;
use crate::servers::Behind;

/// A server was ended, and another one was there in its place.
pub struct Renewed {
    pub server: SocketAddr,
    pub by: Signal,
    pub from: Instant,
    pub to: Instant,
}

/// Only a POST may be, which was sent to a server that was ended, and to no other one after it.
/// If that was no kill, this is told.
pub fn may_be_lost(
    lost: &Lost,
    renewed: &[Renewed],
    balancer: &Balancer,
    servers: &[Behind],
) -> Result<Option<String>, Failed> {
    let during = |one: &&Renewed| lost.sent < one.to && lost.ended > one.from;
    let Lost { target, why, .. } = lost;
    let wrong = match renewed.iter().find(during) {
        _ if !lost.is_post => "a GET was lost, and it may be sent again",
        None => "a POST was lost, and no server was ended at that time",
        Some(end) if balancer.asked_last(lost)?.is_some_and(|last| last != end.server) => {
            "a POST was lost, and not by the server that was ended"
        }
        Some(end) if others(servers, end.server).any(|server| server.answered(target)) => {
            "a POST was lost, and sent to a second server"
        }
        Some(end) if end.by == Signal::SIGKILL => return Ok(None),
        Some(_) => return Ok(Some(format!("{target}: {why}"))),
    };
    let log = balancer.printed().into_iter().filter(|line| line.contains(target.as_str()));
    Err(format!("{wrong}: {target}: {why}\n{}", log.collect::<Vec<_>>().join("\n")).into())
}

fn others(servers: &[Behind], than: SocketAddr) -> impl Iterator<Item = &Behind> {
    servers.iter().filter(move |server| server.address() != than)
}

/// A POST that two servers have answered was sent twice.
pub fn nothing_ran_twice(servers: &[Behind]) -> Result<(), Failed> {
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
