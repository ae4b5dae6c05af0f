//! Hardening: the end of the server, without losing anyone.

use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use stage1_echo::contract::Failure;
use stage1_echo::terminal::warn;
use tokio::time::{Sleep, sleep};

use crate::accept::Listening;
use crate::connection::Answer;
use crate::limits::BACKLOG;
use crate::serve::Server;
use crate::stop::Signals;

/// Why waiting for clients has come to an end.
enum Waited {
    /// There is none left to wait for.
    Done,
    /// They took too long.
    TooLong,
    /// Whoever has sent a second signal does not want to wait.
    SecondSignal,
}

/// Accepts who is queued already, closes the listening socket, and waits until all connections
/// have ended: for `patience` at most, with all that.
///
/// # Errors
/// A second signal came.
pub async fn drain<A: Answer>(
    server: &Server<A>,
    listening: Listening,
    patience: Duration,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let mut deadline = pin!(sleep(patience));
    let places = &server.places;
    let mut waited = tokio::select! {
        biased;
        () = signals.next() => Waited::SecondSignal,
        () = &mut deadline => {
            warn(format_args!("stopping: the backlog is not empty yet, and its clients are lost"));
            Waited::TooLong
        }
        emptied = empty_backlog(server, listening) => {
            if let Err(error) = emptied {
                warn(format_args!("stopping: accept: {error}"));
            }
            Waited::Done
        }
    };
    if matches!(waited, Waited::Done) {
        if places.taken() > 0 {
            warn(format_args!("stopping: finishing {}", connections(places.taken())));
        }
        waited = finish(server, deadline, signals).await;
    }
    let left = connections(places.taken());
    match waited {
        Waited::Done => Ok(()),
        Waited::TooLong if places.taken() == 0 => Ok(()),
        Waited::TooLong => {
            warn(format_args!("stopping: {left} took too long"));
            Ok(())
        }
        Waited::SecondSignal => Err(Failure::System(format!("second signal: {left} lost"))),
    }
}

/// Gives a task to each client that is in the backlog, and to no more than fit into it: on a busy
/// server it is never found empty, because clients keep coming.
async fn empty_backlog<A: Answer>(server: &Server<A>, listening: Listening) -> io::Result<()> {
    let mut backlog = listening.into_backlog()?;
    for _ in 0..BACKLOG {
        let place = server.places.take().await;
        let Some((connection, client)) = backlog.next().await? else { break };
        server.spawn(connection, client, place);
    }
    Ok(())
}

/// Waits for the connections that are open.
async fn finish<A>(server: &Server<A>, deadline: Pin<&mut Sleep>, signals: &mut Signals) -> Waited {
    tokio::select! {
        biased;
        () = signals.next() => Waited::SecondSignal,
        () = server.places.all_free() => Waited::Done,
        () = deadline => Waited::TooLong,
    }
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
