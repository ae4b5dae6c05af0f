//! Step 6: a deadline for the next head; and between two requests, an ear for the stop.

use std::future::pending;
use std::ops::Range;

use stage2_single_request::fault::Fault;
use stage2_single_request::head_end::HeadEnd;
use tokio::io::AsyncReadExt;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::broken;
use crate::respond::Conversation;

/// What decides when a connection has been waited for long enough.
#[derive(Clone, Copy)]
pub struct Clock {
    /// When the connection began: of use to a mistake only.
    pub began: Instant,
    /// Whether no request has come yet.
    pub is_first: bool,
}

/// Reads until a head is whole, and returns where in `received` it is; `None` if there is none.
pub async fn next_head(it: &mut Conversation, clock: Clock) -> Result<Option<Range<usize>>, Fault> {
    let mut head_end = HeadEnd::default();
    if !broken("reads-before-it-looks")
        && let Some(head) = head_end.find(&it.received)?
    {
        return Ok(Some(head)); // the client has sent it ahead
    }
    let whole = it.shared.service.patience.head.whole;
    let counts_at_once = clock.is_first && !broken("first-byte-starts-the-clock");
    let came_along = !it.received.is_empty() && !broken("what-came-along-is-idle");
    let mut has_begun = counts_at_once || came_along;
    let mut deadline = first_deadline(it, clock, has_begun);
    loop {
        let was_empty = it.received.is_empty();
        let received = &mut it.received;
        let is_idle = (received.is_empty() || broken("stop-cuts-a-head"))
            && !broken("idle-does-not-hear-the-stop")
            && !(clock.is_first && broken("new-does-not-hear-the-stop"));
        let read = tokio::select! {
            biased;
            read = before(deadline, it.wire.read_buf(received)) => read,
            () = asked_to_stop(&mut it.stop), if is_idle => return Ok(None),
        };
        match read {
            None if broken("answers-the-idle") => return Err(Fault::TooSlow),
            None if clock.is_first && broken("answers-silence") => return Err(Fault::TooSlow),
            None if it.received.is_empty() || broken("late-and-silent") => return Ok(None),
            None => return Err(Fault::TooSlow),
            Some(Ok(0)) if it.received.is_empty() => return Ok(None),
            Some(Ok(0)) if broken("cut-head-is-not-told") => return Ok(None),
            Some(Ok(0)) => return Err(Fault::Truncated),
            Some(Ok(_)) => {}
            Some(Err(_)) => return Ok(None),
        }
        let is_anew = clock.is_first && broken("first-byte-starts-anew") && was_empty;
        if broken("timeout-for-each-read") || is_anew {
            deadline = Some(Instant::now() + whole);
        } else if !has_begun && !is_one_time_for_both() {
            let is_free = broken("second-head-without-deadline");
            deadline = (!is_free).then(|| Instant::now() + whole);
        }
        has_begun = true;
        if let Some(head) = head_end.find(&it.received)? {
            return Ok(Some(head));
        }
    }
}

/// Until when the next byte is waited for; `None` for ever.
fn first_deadline(it: &Conversation, clock: Clock, has_begun: bool) -> Option<Instant> {
    let (whole, idle) = (it.shared.service.patience.head.whole, it.shared.service.patience.idle);
    let now = Instant::now();
    match has_begun {
        _ if broken("no-deadline") => None,
        true if !clock.is_first && broken("second-head-without-deadline") => None,
        true => Some(now + whole),
        false if clock.is_first || broken("idle-for-ever") => None,
        false if broken("head-time-for-the-idle") => Some(now + whole),
        false if broken("idle-from-the-start") => Some(clock.began + idle),
        false if broken("shorter-time-for-both") => Some(now + idle.min(whole)),
        false => Some(now + idle),
    }
}

/// Mistakes: the first byte of a head begins no time of its own.
fn is_one_time_for_both() -> bool {
    broken("idle-time-for-the-head") || broken("shorter-time-for-both")
}

/// What `work` returns, unless the deadline passes before.
async fn before<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work).await.ok(),
        None => Some(work.await),
    }
}

async fn asked_to_stop(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stopping| *stopping).await.is_err() {
        pending::<()>().await; // serve has ended without a word: a mistake
    }
}
