//! Opens a connection, with the options that must be set before it is open.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrStorage, bind, connect, setsockopt, socket, sockopt,
};

use crate::client::Client;
use crate::failure::{Failure, Seen};
use crate::patience::{STEP_SECONDS, patience};
use crate::witness::Witness;

/// A server that another check starts at this moment must not inherit the connection: it would
/// stay open when we close it.
#[cfg(not(target_os = "macos"))]
const OURS_ALONE: SockFlag = SockFlag::SOCK_CLOEXEC;
/// Here that can't be said in the same call.
#[cfg(target_os = "macos")]
const OURS_ALONE: SockFlag = SockFlag::empty();

/// A connection that is about to be opened.
#[derive(Debug)]
pub struct Dial {
    to: SocketAddr,
    from: Option<IpAddr>,
    receive_buffer: Option<usize>,
    witness: Arc<Witness>,
}

impl Dial {
    pub(crate) fn to(address: SocketAddr, witness: &Arc<Witness>) -> Dial {
        Dial { to: address, from: None, receive_buffer: None, witness: Arc::clone(witness) }
    }

    /// With room for about this many bytes on our side, so that a server soon has to wait for us.
    #[must_use]
    pub fn receive_buffer(mut self, bytes: usize) -> Dial {
        self.receive_buffer = Some(bytes);
        self
    }

    /// From this address, such as 127.0.0.2, so that it is recognised in a log.
    #[must_use]
    pub fn from(mut self, address: IpAddr) -> Dial {
        self.from = Some(address);
        self
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// Nothing listens there, or it does not take the connection in time.
    pub fn connect(&self) -> Result<Client, Failure> {
        let plain = self.from.is_none() && self.receive_buffer.is_none();
        let stream = if plain {
            TcpStream::connect_timeout(&self.to, patience(STEP_SECONDS))
        } else {
            self.with_options()
        };
        match stream {
            Ok(stream) => Ok(Client::new(stream, Arc::clone(&self.witness))),
            Err(error) => Err(self.refused(&error)),
        }
    }

    fn with_options(&self) -> io::Result<TcpStream> {
        let family = if self.to.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
        let socket: OwnedFd = socket(family, SockType::Stream, OURS_ALONE, None)?;
        if let Some(bytes) = self.receive_buffer {
            setsockopt(&socket, sockopt::RcvBuf, &bytes)?;
        }
        if let Some(address) = self.from {
            bind(socket.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(address, 0)))?;
        }
        connect(socket.as_raw_fd(), &SockaddrStorage::from(self.to))?;
        // The duplicate is close-on-exec everywhere.
        Ok(TcpStream::from(socket.try_clone()?))
    }

    fn refused(&self, error: &io::Error) -> Failure {
        self.witness.diary.refused();
        let to = self.to;
        let (seen, what) = match error.kind() {
            io::ErrorKind::ConnectionRefused => (
                Seen::Refused,
                format!("the connection to {to} was refused: nothing listens there"),
            ),
            io::ErrorKind::TimedOut => {
                (Seen::Hung, format!("the connection to {to} was not taken: is the backlog full?"))
            }
            io::ErrorKind::ConnectionReset => {
                (Seen::Reset, format!("the connection to {to} was reset as soon as it was open"))
            }
            _ => (Seen::Machine, format!("the connection to {to} can't be opened: {error}")),
        };
        Failure::new(what).seen(seen).witness(&self.witness)
    }
}
