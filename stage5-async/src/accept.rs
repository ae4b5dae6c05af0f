//! Hardening: the next connection, when there is room for it.

use std::io;
use std::net::SocketAddr;

use stage1_echo::accept_errors::{Meaning, PAUSE, meaning};
use stage1_echo::terminal::warn;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::places::{Place, Places};

/// Waits for a free place, then for a client. Clients that find no place wait in the backlog. A client
/// whose connection the kernel can't watch (`epoll_ctl`: ENOMEM, ENOSPC) is lost: tokio closes it, and
/// its error comes as `accept`'s.
///
/// # Errors
/// The listening socket is of no more use.
pub async fn accept(
    listening: &TcpListener,
    places: &Places,
) -> io::Result<(TcpStream, SocketAddr, Place)> {
    let place = places.take().await;
    loop {
        match listening.accept().await {
            Ok((connection, client)) => {
                let _ = connection.set_nodelay(true); // pieces go out as they come
                return Ok((connection, client, place));
            }
            Err(error) => outlive(error).await?,
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
