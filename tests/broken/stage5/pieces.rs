//! Steps 2 and 3: the application on a thread of its own, and its pieces on their way to the client.

use std::io;

use stage3_gateway::gateway::sink::Sink;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc, watch};
use tokio::task::spawn_blocking;

use crate::broken;
use crate::respond::{self, Conversation, flushes_late};

/// How many pieces may wait for the client.
const WAITING: usize = 2;

/// Lets the application answer, and writes each piece when it comes.
pub async fn answer(it: &mut Conversation, head: Vec<u8>, content: Vec<u8>) -> io::Result<bool> {
    let stop = it.stop.clone();
    let made = Made { head, content, stop };
    if is_made_at_once() {
        return collected(it, made).await;
    }
    let place = few_threads().await;
    let (sender, mut pieces) = mpsc::channel(if broken("unbounded") { 100_000 } else { WAITING });
    let (client, shared) = (it.client, it.shared.clone());
    let mut job = spawn_blocking(move || {
        let mut sink = Pieces { sender, stop: made.stop };
        let outcome = respond::answer(&shared.service, client, &made.head, made.content, &mut sink);
        drop(place);
        outcome
    });
    let mut waited = None;
    if broken("awaits-the-thread-first") {
        waited = (&mut job).await.ok(); // it waits for room in the channel, in vain
    }
    while let Some(piece) = pieces.recv().await {
        it.wire.write_all(&piece).await?;
        let waits = broken("flushes-when-nothing-is-left") && !it.received.is_empty();
        if !flushes_late() && !waits {
            it.wire.flush().await?;
        }
    }
    let outcome = if waited.is_some() { waited } else { job.await.ok() };
    Ok(outcome.is_some_and(|outcome| outcome.persistent))
}

/// A request, ready to be answered.
struct Made {
    head: Vec<u8>,
    content: Vec<u8>,
    stop: watch::Receiver<bool>,
}

/// A mistake: few applications may run at a time, as if they did nothing but compute.
async fn few_threads() -> Option<SemaphorePermit<'static>> {
    static FEW: Semaphore = Semaphore::const_new(4);
    if broken("four-at-a-time") { FEW.acquire().await.ok() } else { None }
}

/// Hands each piece to the connection's task, and waits while the client takes nothing.
struct Pieces {
    sender: mpsc::Sender<Vec<u8>>,
    stop: watch::Receiver<bool>,
}

impl Sink for Pieces {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let gone = |_| io::ErrorKind::BrokenPipe.into();
        let sent = self.sender.blocking_send(bytes.to_vec()).map_err(gone);
        if broken("goes-on-for-nobody") { Ok(()) } else { sent }
    }

    fn persists(&self) -> bool {
        persists(&self.stop)
    }
}

fn persists(stop: &watch::Receiver<bool>) -> bool {
    let is_stopping = *stop.borrow() && !broken("stop-is-not-said");
    !is_stopping && !broken("always-says-close")
}

fn is_made_at_once() -> bool {
    let names = ["blocks-the-loop", "blocks-another-task", "joins-a-thread", "collects"];
    names.into_iter().any(broken)
}

/// Some mistakes: the whole answer in memory, made on the loop or beside it.
async fn collected(it: &mut Conversation, made: Made) -> io::Result<bool> {
    let (client, shared) = (it.client, it.shared.clone());
    let work = move || {
        let mut response = Collected { bytes: Vec::new(), stop: made.stop };
        let outcome =
            respond::answer(&shared.service, client, &made.head, made.content, &mut response);
        (response.bytes, outcome)
    };
    let made = if broken("collects") {
        spawn_blocking(work).await.ok()
    } else if broken("blocks-another-task") {
        tokio::spawn(async move { work() }).await.ok()
    } else if broken("joins-a-thread") {
        std::thread::spawn(work).join().ok()
    } else {
        Some(work())
    };
    let Some((bytes, outcome)) = made else { return Ok(false) };
    it.wire.write_all(&bytes).await?;
    it.wire.flush().await?;
    Ok(outcome.persistent)
}

/// A response that is held in memory until all of it is there: so there must be an end to it.
struct Collected {
    bytes: Vec<u8>,
    stop: watch::Receiver<bool>,
}

impl Sink for Collected {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn persists(&self) -> bool {
        persists(&self.stop)
    }
}
