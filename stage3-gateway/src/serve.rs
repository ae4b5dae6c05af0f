//! First reading: one client after the other. The accept loop is stage 2's; what is new happens
//! inside of a connection. (And the next client is answered while the last one leaves.)

use std::io;
use std::net::TcpListener;

use stage1_echo::accept_errors::{AcceptRetry, recover};

use crate::connection::{Service, answer};
use crate::leaving::{Leaving, is_anybody_waiting};

/// Serves one client at a time, forever.
///
/// # Errors
/// Returns only when the listening socket itself is of no more use.
// ANCHOR: serve
pub fn serve(listening: &TcpListener, service: &Service) -> io::Result<()> {
    let mut leaving = None;
    let mut retry = AcceptRetry::default();
    loop {
        if !is_anybody_waiting(listening) {
            drop(leaving.take()); // time to see the last client off
        }
        match listening.accept() {
            Ok((connection, client)) => {
                retry.reset();
                // What goes wrong here is this client's affair: on to the next.
                let answered = answer(&connection, client, service).unwrap_or(false);
                leaving = answered.then(|| Leaving::new(connection));
            }
            Err(error) => {
                drop(leaving.take()); // it may have the descriptor that `accept` lacks
                recover(&mut retry, error, listening)?;
            }
        }
    }
}
// ANCHOR_END: serve
