//! Hardening: tells a client what is wrong with its request.

use std::net::SocketAddr;

use stage2_single_request::response::Response as Page;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::http::fault::Fault;

use crate::connection::{End, Service};
use crate::wire::Wire;

/// Answers `received` with the status of its fault. The connection can't go on: nobody knows where
/// the next request would start.
pub async fn refuse<A>(
    wire: &mut Wire,
    client: SocketAddr,
    service: &Service<A>,
    received: &[u8],
    fault: &Fault,
) -> End {
    let page = Page::plain(fault.status(), fault);
    wire.out.extend_from_slice(&page.to(received));
    let sent = page.content.len() as u64;
    let outcome = Outcome { status: page.status, sent, persistent: false };
    service.answered(client, received, outcome);
    wire.begin();
    if wire.flush().await.is_ok() { End::Gentle } else { End::AtOnce }
}
