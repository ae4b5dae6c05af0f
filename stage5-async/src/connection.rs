//! First reading: one connection, request after request, until one side has had enough.

use std::net::SocketAddr;
use std::ops::Range;

use stage3_gateway::connection::understand;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::http::head::Head;
use stage3_gateway::limits::Patience;
use tokio::net::TcpStream;

use crate::access_log::AccessLog;
use crate::exchange::Exchange;
use crate::incoming::Incoming;
use crate::limits::REQUESTS;
use crate::next_head::next_head;
use crate::refuse::refuse;
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

impl<A> Service<A> {
    /// Notes a request that was answered.
    // ANCHOR: answered
    pub fn answered(&self, client: SocketAddr, head: &[u8], outcome: Outcome) {
        if let Some(log) = &self.log {
            log.answered(client, head, outcome);
        }
    }
    // ANCHOR_END: answered
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

/// How a connection is to end.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// Nobody is there to be told anything.
    AtOnce,
    /// The client has been answered, and may still be sending.
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
    let mut wire = Wire::new(stream, service.patience);
    let mut turn = 1;
    let end = loop {
        let head = next_head(&mut wire, turn == 1, &service.patience, &mut stop).await;
        let exchanged = match head {
            // In a box, so that an idle connection has no memory for an exchange.
            Ok(Some(head)) => {
                Box::pin(exchange(&mut wire, head, turn, client, service, &mut stop)).await
            }
            Ok(None) => Err(End::AtOnce),
            Err(fault) => {
                let received = wire.take();
                Err(refuse(&mut wire, client, service, &received, &fault.into()).await)
            }
        };
        match exchanged {
            Ok(()) => turn += 1,
            Err(end) => break end,
        }
    };
    if end == End::Gentle {
        wire.close_gently().await;
    }
}
// ANCHOR_END: serve_connection

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
    let (head, decoder) = match understand(bytes, service.patience.content) {
        Ok(understood) => understood,
        // In a box again, so that all others have no memory for a refusal.
        Err(fault) => return Err(Box::pin(refuse(wire, client, service, bytes, &fault)).await),
    };
    let request = Request { head: &head, bytes, server: &service.server, client };
    let is_last = turn == REQUESTS;
    let incoming = Incoming::new(&head, behind, decoder, &service.patience);
    let mut exchange = Exchange::new(wire, &head, incoming, is_last, stop);
    let outcome = service.answer.answer(&request, &mut exchange).await;
    service.answered(client, bytes, outcome);
    let persists = outcome.persistent && exchange.discard().await;
    let behind = exchange.incoming.behind();
    wire.put_back(received, behind);
    if persists {
        return Ok(());
    }
    let flushed = wire.flush().await;
    Err(if flushed.is_ok() { End::Gentle } else { End::AtOnce })
}
// ANCHOR_END: exchange
