//! First reading: one connection, request after request, until one side has had enough.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use stage2_single_request::fault::Fault as HeadFault;
use stage2_single_request::head_end::HeadEnd;
use stage2_single_request::response::Response as Page;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::head::Head;
use stage3_gateway::limits::{CONTENT, Patience};
use stage3_gateway::pace::Pace;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::access_log::AccessLog;
use crate::exchange::Exchange;
use crate::limits::REQUESTS;
use crate::stop::Stop;
use crate::wire::Wire;

/// All that a connection needs to be served.
#[derive(Debug)]
pub struct Service<A> {
    /// What answers.
    pub answer: A,
    /// What the environ says about the server.
    pub server: Server,
    /// How long clients are waited for.
    pub patience: Patience,
    /// Where a line a request goes, if anywhere.
    pub log: Option<AccessLog>,
}

/// One request, as far as its head goes.
#[derive(Debug)]
pub struct Request<'r> {
    /// The head.
    pub head: &'r Head<'r>,
    /// The head's bytes.
    pub bytes: &'r [u8],
    /// What the environ says about the server.
    pub server: &'r Server,
    /// Who asks.
    pub client: SocketAddr,
}

/// What answers requests: [`crate::blocking::Blocking`] or [`crate::direct::Direct`].
pub trait Answer: Send + Sync + 'static {
    /// Answers one request.
    fn answer(
        &self,
        request: &Request<'_>,
        exchange: &mut Exchange<'_>,
    ) -> impl Future<Output = Outcome> + Send;
}

/// How long a server that is stopping waits for the first request of a connection.
const FIRST_REQUEST: Duration = Duration::from_secs(1);

/// How a connection is to end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Nothing more is coming from the client, as far as we know.
    Clean,
    /// The client may still be sending, and must not lose the answer for it.
    Gentle,
}

/// Serves the requests of a connection, one after the other, and ends it.
// ANCHOR: serve_connection
pub async fn serve_connection<A: Answer>(
    stream: TcpStream,
    client: SocketAddr,
    service: &Service<A>,
    mut stop: Stop,
) {
    let mut wire = Wire::new(stream);
    let mut end = None;
    let mut turn = 0;
    while end.is_none() {
        turn += 1;
        let head = next_head(&mut wire, turn, &service.patience, &mut stop).await;
        end = match head {
            Ok(Some(head)) => {
                exchange(&mut wire, head, turn, client, service, &mut stop).await.err()
            }
            Ok(None) => Some(End::Clean),
            Err(fault) => Some(refuse(&mut wire, client, service, &fault.into()).await),
        };
    }
    if end == Some(End::Gentle) {
        wire.close_gently().await;
    }
}
// ANCHOR_END: serve_connection

/// The next head, as a place in what was received and not used. `None` if no more is to come.
async fn next_head(
    wire: &mut Wire,
    turn: usize,
    patience: &Patience,
    stop: &mut Stop,
) -> Result<Option<Range<usize>>, HeadFault> {
    let mut head_end = HeadEnd::default();
    if let Some(head) = head_end.find(wire.unused())? {
        return Ok(Some(head)); // the client has sent it ahead
    }
    let opened = Instant::now();
    let is_first = turn == 1;
    let mut writing = Pace::new(patience.grace, patience.write_silence);
    if wire.flush(&mut writing).await.is_err() || !is_coming(wire, is_first, patience, stop).await {
        return Ok(None);
    }
    let from = if is_first { opened } else { Instant::now() };
    let whole = timeout_at(from + patience.head.whole, rest_of_head(wire, &mut head_end)).await;
    match whole {
        Ok(result) => result,
        Err(_) if wire.unused().is_empty() => Ok(None),
        Err(_) => Err(HeadFault::TooSlow),
    }
}

/// Waits for the first byte of a request. An idle connection spends its life here.
async fn is_coming(wire: &mut Wire, is_first: bool, patience: &Patience, stop: &mut Stop) -> bool {
    if !wire.unused().is_empty() {
        return true;
    }
    let wait = if is_first { patience.head.whole } else { patience.idle };
    tokio::select! {
        biased;
        readable = timeout(wait, wire.readable()) => matches!(readable, Ok(Ok(()))),
        () = stopped(is_first, stop) => false,
    }
}

/// Returns once it is no use to wait for a request any more. A client that has just connected gets
/// a moment: its first request may be on the way.
async fn stopped(is_first: bool, stop: &mut Stop) {
    stop.stopping().await;
    if is_first {
        sleep(FIRST_REQUEST).await;
    }
}

async fn rest_of_head(
    wire: &mut Wire,
    head_end: &mut HeadEnd,
) -> Result<Option<Range<usize>>, HeadFault> {
    loop {
        match wire.fill().await {
            Ok(0) if !wire.unused().is_empty() => return Err(HeadFault::Truncated),
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
        if let Some(head) = head_end.find(wire.unused())? {
            return Ok(Some(head));
        }
    }
}

/// One request and its answer.
///
/// # Errors
/// How the connection is to end, if it is.
// ANCHOR: exchange
async fn exchange<A: Answer>(
    wire: &mut Wire,
    head: Range<usize>,
    turn: usize,
    client: SocketAddr,
    service: &Service<A>,
    stop: &mut Stop,
) -> Result<(), End> {
    // The head borrows from what was received, while more may be received behind it.
    let received = wire.take();
    let (bytes, behind) = received[head.start..].split_at(head.end - head.start);
    let (head, decoder) = match understand(bytes) {
        Ok(understood) => understood,
        Err(fault) => {
            wire.received = received;
            return Err(refuse(wire, client, service, &fault).await);
        }
    };
    let request = Request { head: &head, bytes, server: &service.server, client };
    let is_last = turn == REQUESTS;
    let mut exchange =
        Exchange::new(wire, &head, behind, decoder, &service.patience, is_last, stop);
    let outcome = service.answer.answer(&request, &mut exchange).await;
    if let Some(log) = &service.log {
        log.answered(client, bytes, outcome);
    }
    let persists = outcome.persistent && exchange.discard().await;
    let (behind, is_read) = (exchange.behind(), exchange.left() == Some(0));
    wire.put_back(received, behind);
    if persists {
        return Ok(());
    }
    let mut writing = Pace::new(service.patience.grace, service.patience.write_silence);
    let flushed = wire.flush(&mut writing).await;
    let is_clean = flushed.is_err() || is_read && wire.unused().is_empty();
    Err(if is_clean { End::Clean } else { End::Gentle })
}
// ANCHOR_END: exchange

fn understand(bytes: &[u8]) -> Result<(Head<'_>, Decoder), Fault> {
    let head = Head::parse(bytes)?;
    let decoder = Decoder::new(head.framing, CONTENT)?;
    Ok((head, decoder))
}

/// Tells the client what is wrong with its request.
async fn refuse<A>(
    wire: &mut Wire,
    client: SocketAddr,
    service: &Service<A>,
    fault: &Fault,
) -> End {
    let page = Page::plain(fault.status(), fault);
    wire.out.extend_from_slice(&page.head());
    wire.out.extend_from_slice(&page.content);
    if let Some(log) = &service.log {
        let sent = page.content.len() as u64;
        log.answered(
            client,
            wire.unused(),
            Outcome { status: page.status, sent, persistent: false },
        );
    }
    let mut writing = Pace::new(service.patience.grace, service.patience.write_silence);
    if wire.flush(&mut writing).await.is_ok() { End::Gentle } else { End::Clean }
}
