//! Steps 4 and 5: one request after the other on the same connection.

use std::net::SocketAddr;
use std::sync::Arc;

use stage2_single_request::limits::LINGER;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::next_head::{Clock, next_head};
use crate::respond::{Conversation, refuse, respond};
use crate::{Shared, broken};

/// A connection; what is written to it is collected until it is flushed.
pub type Wire = BufWriter<TcpStream>;

/// Serves one request after the other, and ends the connection.
pub async fn serve_connection(
    connection: TcpStream,
    client: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Receiver<bool>,
) {
    if broken("stop-cuts") {
        let mut told = stop.clone();
        tokio::select! {
            () = serve_requests(connection, client, shared, stop) => {}
            _ = told.wait_for(|stopping| *stopping) => {} // whatever it is at
        }
        return;
    }
    serve_requests(connection, client, shared, stop).await;
}

async fn serve_requests(
    connection: TcpStream,
    client: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Receiver<bool>,
) {
    let _ = connection.set_nodelay(true); // pieces go out as they come
    let received = Vec::with_capacity(8 * 1024);
    let wire = BufWriter::new(connection);
    let mut it = Conversation { wire, client, shared, received, stop };
    let mut clock = Clock { began: Instant::now(), is_first: true };
    loop {
        let persists = match next_head(&mut it, clock).await {
            Ok(None) => return,
            Ok(Some(head)) => respond(&mut it, head).await,
            Err(fault) => {
                let received = it.received.clone();
                refuse(&mut it, &received, &fault.into()).await
            }
        };
        if broken("buffer-is-cleared") {
            it.received.clear(); // and with it the next request
        }
        clock.is_first = false;
        match persists {
            Ok(true) if !broken("one-request-each") => {}
            Ok(_) if broken("ignores-the-outcome") => {}
            Ok(_) => break,
            Err(_) => return,
        }
    }
    if broken("closes-with-bytes-unread") {
        return;
    }
    close_gently(it.wire).await; // so that the answer arrives: see stage 2's `close.rs`
}

async fn close_gently(mut wire: Wire) {
    let _ = timeout(LINGER, async {
        wire.shutdown().await?;
        tokio::io::copy(&mut wire, &mut tokio::io::sink()).await
    })
    .await;
}
