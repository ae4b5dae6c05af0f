//! First reading: accepts connections and gives each a task.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use stage1_echo::contract::Failure;
use tokio::net::TcpStream;

use crate::accept::{Listening, accept};
use crate::connection::{Answer, Service, serve_connection};
use crate::drain::drain;
use crate::places::{Place, Places};
use crate::stop::{Signals, Stop};

/// What all connections share.
pub struct Server<A> {
    /// How requests are answered.
    pub service: Arc<Service<A>>,
    /// What tells connections that the server is stopping.
    pub stop: Stop,
    /// How many connections may be open.
    pub places: Places,
}

/// Serves until SIGTERM or SIGINT, and then until the requests that run have ended, for
/// `stop_patience` at most.
///
/// # Errors
/// The listening socket is of no more use; or a second signal came.
// ANCHOR: serve
pub async fn serve<A: Answer>(
    mut listening: Listening,
    mut signals: Signals,
    service: Service<A>,
    stop_patience: Duration,
) -> Result<(), Failure> {
    let (stopping, stop) = Stop::channel();
    let server = Server { service: Arc::new(service), stop, places: Places::new() };
    loop {
        tokio::select! {
            biased; // a signal comes first, however many clients do
            () = signals.next() => break,
            accepted = accept(&mut listening, &server.places) => {
                let (connection, client, place) = accepted?;
                server.spawn(connection, client, place);
            }
        }
    }
    stopping.send_replace(true);
    drain(&server, listening, stop_patience, &mut signals).await
}
// ANCHOR_END: serve

impl<A: Answer> Server<A> {
    /// Gives a connection its task. Its place is free again when the task ends, however it ends.
    // ANCHOR: spawn
    pub fn spawn(&self, connection: TcpStream, client: SocketAddr, place: Place) {
        let (service, stop) = (self.service.clone(), self.stop.clone());
        tokio::spawn(async move {
            serve_connection(connection, client, &service, stop).await;
            drop(place);
        });
    }
    // ANCHOR_END: spawn
}
