//! Hardening: tells a client what is wrong with its request.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};

use stage2_single_request::response::Response as Page;

use crate::connection::Service;
use crate::gateway::response::Outcome;
use crate::http::fault::Fault;

/// Answers `received` with the status of its fault; `true`, for it was answered.
///
/// # Errors
/// The client has gone.
pub fn refuse(
    mut connection: &TcpStream,
    client: SocketAddr,
    service: &Service,
    received: &[u8],
    fault: &Fault,
) -> io::Result<bool> {
    let page = Page::plain(fault.status(), fault);
    service.log.received(received);
    service.log.sent(&page.head());
    connection.set_write_timeout(Some(service.patience.grace))?;
    connection.write_all(&page.to(received))?;
    let sent = page.content.len() as u64;
    service.log.answered(
        client,
        received,
        Outcome { status: page.status, sent, persistent: false },
    );
    Ok(true)
}
