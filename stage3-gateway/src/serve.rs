//! First reading: one client after the other. The accept loop is stage 2's; what is new happens
//! inside of a connection.

use std::io;
use std::net::TcpListener;

use stage1_echo::accept_errors::outlive;

use crate::connection::{Service, serve_connection};

/// Serves one client at a time, for ever.
///
/// # Errors
/// Returns only when the listening socket itself is of no more use.
// ANCHOR: serve
pub fn serve(listening: &TcpListener, service: &Service) -> io::Result<()> {
    loop {
        match listening.accept() {
            Ok((connection, client)) => {
                // What goes wrong here is this client's affair: on to the next.
                let _ = serve_connection(&connection, client, service);
            }
            Err(error) => outlive(error)?,
        }
    }
}
// ANCHOR_END: serve
