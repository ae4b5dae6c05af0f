//! Step 2, the application off the loop, and of step 4 the content of a request.

use std::io::{self, Cursor, Read};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use stage2_single_request::response::Response as Page;
use stage3_gateway::connection::{Service, understand};
use stage3_gateway::gateway::environ::Environ;
use stage3_gateway::gateway::{response::Outcome, run::run, sink::Sink};
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::{fault::Fault, head::Head, response::Asked};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::connection::Wire;
use crate::{Shared, broken, pieces, waiting};

/// How long a client may say nothing in the middle of its content.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection, and what is known of it.
pub struct Conversation {
    /// What is read and written.
    pub wire: Wire,
    /// Who is there.
    pub client: SocketAddr,
    /// What all connections share.
    pub shared: Arc<Shared>,
    /// What has come and was not looked at yet.
    pub received: Vec<u8>,
    /// Whether the server is stopping.
    pub stop: watch::Receiver<bool>,
}

/// Answers one request, whose head leaves `received`. Returns whether the connection can go on.
pub async fn respond(it: &mut Conversation, head: Range<usize>) -> io::Result<bool> {
    let head: Vec<u8> = it.received.drain(..head.end).skip(head.start).collect();
    let limit = it.shared.service.patience.content;
    let limit = if broken("content-without-a-limit") { u64::MAX } else { limit };
    let mut content = match understand(&head, limit) {
        Err(fault) => return refuse(it, &head, &fault).await,
        Ok(_) if broken("content-is-not-read") => Vec::new(),
        Ok((_, decoder)) => match content(it, decoder).await? {
            Err(fault) => return refuse(it, &head, &fault).await,
            Ok(content) => content,
        },
    };
    if broken("content-is-not-handed-over") {
        content.clear();
    }
    if it.shared.is_async {
        return waiting::answer(it, head).await;
    }
    let persists = pieces::answer(it, head, content).await?;
    if flushes_late() {
        it.wire.flush().await?;
    }
    Ok(persists)
}

/// A mistake: the answer goes out when all of it is there.
pub fn flushes_late() -> bool {
    broken("flushes-after-the-answer")
}

/// The content of a request, whole. What follows it stays in `received`.
async fn content(
    it: &mut Conversation,
    mut decoder: Decoder,
) -> io::Result<Result<Vec<u8>, Fault>> {
    let mut content = Vec::new();
    let has_any = !decoder.is_done();
    if broken("content-forgets-what-came") && has_any {
        it.received.clear();
    }
    while !decoder.is_done() {
        let taken = match decoder.decode(&it.received) {
            Ok(step) => {
                content.extend_from_slice(step.content);
                step.taken
            }
            Err(_) if broken("content-fault-is-not-told") => {
                return Err(io::ErrorKind::InvalidData.into());
            }
            Err(fault) => return Ok(Err(fault)),
        };
        it.received.drain(..taken);
        if broken("content-is-decoded-once") {
            break;
        }
        let is_short = taken == 0 && !decoder.is_done();
        if is_short
            && timeout(PATIENCE, it.wire.read_buf(&mut it.received)).await?? == 0
            && !broken("content-is-read-beyond-the-end")
        {
            let is_end = broken("content-end-is-taken-for-its-end");
            return Ok(if is_end { Ok(content) } else { Err(Fault::ContentTruncated) });
        }
    }
    if broken("content-takes-what-follows") && has_any {
        it.received.clear();
    }
    Ok(Ok(content))
}

/// Lets the application answer a head that was understood. No I/O of its own: it reads `content`,
/// and hands the response to `sink`, piece by piece, as the application makes it.
pub fn answer(
    service: &Service,
    client: SocketAddr,
    head: &[u8],
    content: Vec<u8>,
    sink: &mut dyn Sink,
) -> Outcome {
    let Ok(understood) = Head::parse(head) else {
        return Outcome { status: 0, sent: 0, persistent: false };
    };
    let content: Box<dyn Read + Send + Sync> = Box::new(Cursor::new(content));
    let mut environ = Environ::new(&understood, &service.server, client, content);
    let outcome = run(&*service.application, &mut environ, Asked::by(&understood), sink);
    service.log.answered(client, head, outcome);
    outcome
}

/// Says what is wrong with a request. Nobody knows where the next would start: it can't go on.
pub async fn refuse(it: &mut Conversation, received: &[u8], fault: &Fault) -> io::Result<bool> {
    let page = Page::plain(fault.status(), fault);
    let sent = page.content.len() as u64;
    let outcome = Outcome { status: page.status, sent, persistent: false };
    it.shared.service.log.answered(it.client, received, outcome);
    it.wire.write_all(&page.to(received)).await?;
    it.wire.flush().await?;
    Ok(false)
}
