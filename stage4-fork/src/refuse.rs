//! Hardening: a 503 when there can be no child.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use nix::errno::Errno;
use stage1_echo::terminal::warn;
use stage2_single_request::response::Response;
use stage3_gateway::connection::Service;
use stage3_gateway::gateway::response::Outcome;

/// Tells a client that the system has no process for it (RFC 9110 s15.6.4), and says so here.
///
/// The parent does this itself, so it must not wait for the client: it sends what the kernel takes
/// at once (a new connection has room for it), and reads nothing. So the client may lose the answer
/// to a reset (RFC 9112 s9.6), above all if it is still sending. A server that minds keeps such
/// connections beside the listening socket, and reads from them, until their clients have closed.
pub fn refuse(connection: &TcpStream, client: SocketAddr, service: &Service, why: Errno) {
    warn(format_args!("fork: {}; this client gets a 503", io::Error::from(why)));
    let page = Response::plain(503, "the server is too busy; try again later");
    if send_without_waiting(connection, &page).is_ok() {
        let sent = page.content.len() as u64;
        let outcome = Outcome { status: page.status, sent, persistent: false };
        service.log.answered(client, b"-", outcome);
    }
}

fn send_without_waiting(mut connection: &TcpStream, page: &Response) -> io::Result<()> {
    connection.set_nonblocking(true)?;
    connection.write_all(&[&page.head()[..], &page.content].concat())?;
    connection.shutdown(Shutdown::Write)
}
