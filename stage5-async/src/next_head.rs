//! Hardening: the next head on a connection, as long as it makes sense to wait for one.

use std::io;
use std::ops::Range;
use std::time::Duration;

use stage2_single_request::fault::Fault;
use stage2_single_request::head_end::HeadEnd;
use stage3_gateway::limits::Patience;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::stop::Stop;
use crate::wire::Wire;

/// How long a server that is stopping waits for the first request of a connection: it may be on
/// its way.
const FIRST_REQUEST: Duration = Duration::from_secs(1);

/// Waits for the next head and returns where in [`Wire::unused`] it is. What is still to be sent
/// is sent before. `None` if no more is to come: the client has left, or said nothing for too
/// long, or the server is stopping.
///
/// # Errors
/// What is wrong with the head, as soon as it shows.
pub async fn next_head(
    wire: &mut Wire,
    is_first: bool,
    patience: &Patience,
    stop: &mut Stop,
) -> Result<Option<Range<usize>>, Fault> {
    let mut head_end = HeadEnd::default();
    if let Some(head) = head_end.find(wire.unused())? {
        return Ok(Some(head)); // the client has sent it ahead
    }
    let mut deadline = Instant::now() + patience.head.whole;
    if wire.flush().await.is_err() {
        return Ok(None);
    }
    if wire.unused().is_empty() {
        let idle = if is_first { patience.head.whole } else { patience.idle };
        if !is_coming(wire, idle, is_first, stop).await {
            return Ok(None);
        }
        if !is_first {
            deadline = Instant::now() + patience.head.whole; // it counts from the first byte
        }
    }
    loop {
        if let Some(head) = head_end.find(wire.unused())? {
            return Ok(Some(head));
        }
        match timeout_at(deadline, wire.fill()).await {
            Ok(Ok(0)) => return Err(Fault::Truncated),
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Ok(None),
            Err(_) => return Err(Fault::TooSlow),
        }
    }
}

/// Waits for the first byte of a request.
async fn is_coming(wire: &mut Wire, idle: Duration, is_first: bool, stop: &mut Stop) -> bool {
    tokio::select! {
        biased;
        filled = timeout(idle, wire.fill()) => matches!(filled, Ok(io::Result::Ok(1..))),
        () = given_up(is_first, stop) => false,
    }
}

/// Returns once the server is stopping, and there is nothing left to wait for.
async fn given_up(is_first: bool, stop: &mut Stop) {
    stop.stopping().await;
    if is_first {
        sleep(FIRST_REQUEST).await;
    }
}
