//! First reading: accepts connections and gives each a task.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use stage1_echo::accept_errors::{Meaning, PAUSE, meaning};
use stage1_echo::contract::Failure;
use stage1_echo::terminal::warn;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use crate::connection::{Answer, Service, serve_connection};
use crate::limits::CONNECTIONS;
use crate::stop::{Signals, Stop};

/// Serves until SIGTERM or SIGINT, and then until the requests that run have ended, for
/// `stop_patience` at most.
///
/// # Errors
/// The listening socket is of no more use; or a second signal came.
// ANCHOR: serve
pub async fn serve<A: Answer>(
    listening: TcpListener,
    service: Service<A>,
    stop_patience: Duration,
) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let (stopping, stop) = Stop::channel();
    let server = Server { service: Arc::new(service), stop, places: Places::default() };
    loop {
        tokio::select! {
            accepted = server.accept(&listening) => {
                let (place, stream, client) = accepted?;
                server.spawn(place, stream, client);
            }
            () = signals.next() => break,
        }
    }
    stopping.send_replace(true);
    server.empty_backlog(listening)?;
    server.finish(stop_patience, &mut signals).await
}
// ANCHOR_END: serve

/// What all connections share.
struct Server<A> {
    service: Arc<Service<A>>,
    stop: Stop,
    places: Places,
}

/// One permit for each connection that may be open.
struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Places {
        Places(Arc::new(Semaphore::new(CONNECTIONS)))
    }
}

type Accepted = (OwnedSemaphorePermit, TcpStream, SocketAddr);

impl<A: Answer> Server<A> {
    /// Waits for a free place, then for a client.
    // ANCHOR: accept
    async fn accept(&self, listening: &TcpListener) -> io::Result<Accepted> {
        let place = self.places.0.clone().acquire_owned().await.map_err(io::Error::other)?;
        loop {
            match listening.accept().await {
                Ok((stream, client)) => return Ok((place, stream, client)),
                Err(error) => outlive(error).await?,
            }
        }
    }

    fn spawn(&self, place: OwnedSemaphorePermit, stream: TcpStream, client: SocketAddr) {
        let (service, stop) = (self.service.clone(), self.stop.clone());
        tokio::spawn(async move {
            serve_connection(stream, client, &service, stop).await;
            drop(place);
        });
    }
    // ANCHOR_END: accept

    /// Accepts who is queued already, as far as there is room, and closes the listening socket.
    fn empty_backlog(&self, listening: TcpListener) -> io::Result<()> {
        let listening = listening.into_std()?; // it still does not block
        while let Ok(place) = self.places.0.clone().try_acquire_owned() {
            let Ok((stream, client)) = listening.accept() else { break };
            stream.set_nonblocking(true)?;
            self.spawn(place, TcpStream::from_std(stream)?, client);
        }
        Ok(())
    }

    /// Waits until all connections have ended, but not for ever.
    async fn finish(&self, patience: Duration, signals: &mut Signals) -> Result<(), Failure> {
        let open = || CONNECTIONS - self.places.0.available_permits();
        if open() > 0 {
            warn(format_args!("stopping: finishing {} connections", open()));
        }
        tokio::select! {
            _ = self.places.0.acquire_many(CONNECTIONS as u32) => Ok(()),
            () = sleep(patience) => {
                warn(format_args!("stopping: {} connections took too long", open()));
                Ok(())
            }
            () = signals.next() => {
                Err(Failure::System(format!("second signal: {} connections lost", open())))
            }
        }
    }
}

/// Stage 1's `outlive`, for a thread that must not sleep.
async fn outlive(error: io::Error) -> io::Result<()> {
    match meaning(&error) {
        Meaning::GoOn => Ok(()),
        Meaning::End => Err(error),
        Meaning::Pause => {
            warn(format_args!("accept: {error}; trying again in a moment"));
            sleep(PAUSE).await;
            Ok(())
        }
    }
}
