//! Hardening: the end of the server, without losing anyone.

use std::io::{self, ErrorKind};
use std::net;
use std::time::Duration;

use stage1_echo::accept_errors::{Meaning, meaning};
use stage1_echo::contract::Failure;
use stage1_echo::terminal::warn;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::connection::Answer;
use crate::serve::Server;
use crate::stop::Signals;

/// Accepts who is queued already, closes the listening socket, and waits until all connections
/// have ended, for `patience` at most.
///
/// # Errors
/// A second signal came: whoever sent it does not want to wait.
pub async fn drain<A: Answer>(
    server: &Server<A>,
    listening: TcpListener,
    patience: Duration,
    signals: &mut Signals,
) -> Result<(), Failure> {
    empty_backlog(server, listening)?;
    let places = &server.places;
    if places.taken() > 0 {
        warn(format_args!("stopping: finishing {}", connections(places.taken())));
    }
    tokio::select! {
        () = places.all_free() => Ok(()),
        () = sleep(patience) => {
            let left = connections(places.taken());
            warn(format_args!("stopping: {left} took too long"));
            Ok(())
        }
        () = signals.next() => {
            let lost = connections(places.taken());
            Err(Failure::System(format!("second signal: {lost} lost")))
        }
    }
}

fn empty_backlog<A: Answer>(server: &Server<A>, listening: TcpListener) -> io::Result<()> {
    let listening = listening.into_std()?; // it still does not block
    while let Some(place) = server.places.try_take() {
        let (connection, client) = match listening.accept() {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if meaning(&error) == Meaning::GoOn => continue,
            Err(error) => {
                warn(format_args!("stopping: accept: {error}"));
                break;
            }
        };
        match watched(connection) {
            Ok(connection) => server.spawn(connection, client, place),
            Err(error) => warn(format_args!("stopping: a client is lost: {error}")), // and no other
        }
    }
    Ok(())
}

/// A connection that the runtime watches, as far as the kernel lets it.
fn watched(connection: net::TcpStream) -> io::Result<TcpStream> {
    connection.set_nonblocking(true)?;
    TcpStream::from_std(connection)
}

fn connections(count: usize) -> String {
    format!("{count} connection{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_connection_is_not_many() {
        let said = [0, 1, 2].map(super::connections);
        assert_eq!(said, ["0 connections", "1 connection", "2 connections"]);
    }
}
