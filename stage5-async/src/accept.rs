//! Hardening: the next connection, when there is room for it.
//!
//! A server that runs waits for clients ([`Listening`]). One that stops takes those that are in the
//! backlog already ([`Backlog`]).

use std::io::{self, ErrorKind};
use std::net::{self, SocketAddr};
use std::os::fd::AsFd;

use stage1_echo::accept_errors::{AcceptRetry, Meaning, Next, Pause, meaning};
use stage1_echo::terminal::warn;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

use crate::places::{Place, Places};

/// A connection, and the address of the client at its other end.
type Accepted = (TcpStream, SocketAddr);

/// Waits for a free place, then for a client. Clients that find no place wait in the backlog.
///
/// # Errors
/// The listening socket is of no more use.
pub async fn accept(
    listening: &mut Listening,
    places: &Places,
) -> io::Result<(TcpStream, SocketAddr, Place)> {
    let place = places.take().await;
    let (connection, client) = listening.accept().await?;
    Ok((connection, client, place))
}

/// A listening socket, and what is remembered of its errors.
#[derive(Debug)]
pub struct Listening {
    socket: TcpListener,
    trouble: Trouble,
}

impl Listening {
    /// Makes the socket non-blocking, and has the runtime watch it.
    ///
    /// # Errors
    /// The kernel has no memory for that.
    pub fn new(socket: net::TcpListener) -> io::Result<Listening> {
        socket.set_nonblocking(true)?;
        Ok(Listening { socket: TcpListener::from_std(socket)?, trouble: Trouble::default() })
    }

    /// Waits for the next client. If this is given up and called again, nobody is lost.
    ///
    /// # Errors
    /// The listening socket is of no more use.
    pub async fn accept(&mut self) -> io::Result<Accepted> {
        loop {
            self.trouble.wait_out_pause().await;
            match self.socket.accept().await {
                Ok(accepted) => {
                    self.trouble.retry.reset();
                    return Ok(ready(accepted));
                }
                Err(error) => {
                    if let Some(accepted) = self.recover(error)? {
                        return Ok(accepted);
                    }
                }
            }
        }
    }

    /// Decides what to do after an error. `None`: call `accept` again.
    ///
    /// tokio has one error for two calls: `accept`, and the `epoll_ctl` that has the new connection
    /// watched. A failure of the second costs one client its connection, which is closed, and says
    /// nothing of the listening socket. So before that is taken to be of no more use, the first call
    /// is made alone.
    fn recover(&mut self, error: io::Error) -> io::Result<Option<Accepted>> {
        match self.trouble.retry.after(&error) {
            Next::Accept | Next::WaitForClient => Ok(None),
            Next::Pause(pause) => {
                self.trouble.pause(pause, &error);
                Ok(None)
            }
            Next::Stop => match self.accept_alone() {
                Ok(accepted) => Ok(self.trouble.watched(accepted)),
                Err(again) if meaning(&again) == Meaning::End => Err(again),
                Err(_) => {
                    let pause = self.trouble.retry.pause(&error);
                    self.trouble.pause(pause, &error);
                    Ok(None)
                }
            },
        }
    }

    fn accept_alone(&self) -> io::Result<(net::TcpStream, SocketAddr)> {
        net::TcpListener::from(self.socket.as_fd().try_clone_to_owned()?).accept()
    }

    /// The clients that are in the backlog now.
    ///
    /// # Errors
    /// The runtime can't stop watching the socket.
    pub fn into_backlog(self) -> io::Result<Backlog> {
        Ok(Backlog { socket: self.socket.into_std()?, trouble: self.trouble })
    }
}

/// A listening socket at which nobody waits. It still doesn't block.
#[derive(Debug)]
pub struct Backlog {
    socket: net::TcpListener,
    trouble: Trouble,
}

impl Backlog {
    /// The next client; `None` if nobody is left.
    ///
    /// # Errors
    /// The listening socket is of no more use.
    pub async fn next(&mut self) -> io::Result<Option<Accepted>> {
        loop {
            self.trouble.wait_out_pause().await;
            yield_now().await; // nothing else here waits, and others must notice a signal
            match self.socket.accept() {
                Ok(accepted) => {
                    self.trouble.retry.reset();
                    if let Some(accepted) = self.trouble.watched(accepted) {
                        return Ok(Some(accepted));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => match self.trouble.retry.after(&error) {
                    Next::Accept | Next::WaitForClient => {}
                    Next::Pause(pause) => self.trouble.pause(pause, &error),
                    Next::Stop => return Err(error),
                },
            }
        }
    }
}

/// What is remembered of errors.
#[derive(Debug, Default)]
struct Trouble {
    retry: AcceptRetry,
    /// `accept` is left alone until then.
    paused: Option<Instant>,
    /// What has been said of connections that can't be watched.
    unwatched: AcceptRetry,
}

impl Trouble {
    fn pause(&mut self, pause: Pause, error: &io::Error) {
        pause.report("accept", error);
        self.paused = Some(Instant::now() + pause.time);
    }

    async fn wait_out_pause(&mut self) {
        if let Some(until) = self.paused {
            sleep_until(until).await;
            self.paused = None;
        }
    }

    /// A connection that the runtime watches. If the kernel does not let it, this client is lost, and
    /// no other: dropping the connection closes it.
    fn watched(&mut self, (connection, client): (net::TcpStream, SocketAddr)) -> Option<Accepted> {
        let watched =
            connection.set_nonblocking(true).and_then(|()| TcpStream::from_std(connection));
        match watched {
            Ok(connection) => {
                self.unwatched.reset();
                Some(ready((connection, client)))
            }
            Err(error) => {
                if self.unwatched.pause(&error).is_new {
                    warn(format_args!("accept: {error}: clients are lost"));
                }
                None
            }
        }
    }
}

fn ready((connection, client): Accepted) -> Accepted {
    let _ = connection.set_nodelay(true); // pieces go out as they come
    (connection, client)
}
