//! First reading: from nothing to a socket that listens.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, getsockname, listen,
    setsockopt, socket, sockopt,
};

/// Opens a TCP socket on `address`, where the kernel queues up to `backlog` connections until
/// somebody accepts them. Dropping the descriptor closes the socket.
///
/// # Errors
/// Whatever one of the calls answers; `EADDRINUSE` if another server has the port.
// ANCHOR: listening
pub fn listening_socket(address: SocketAddr, backlog: i32) -> nix::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let socket = socket(family, SockType::Stream, SockFlag::empty(), None)?;
    // A program that this one starts must not inherit the port.
    fcntl(&socket, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    // Before bind: else a restart fails while old connections are in TIME_WAIT (RFC 9293 s3.6.1).
    setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
    // Some systems allow fewer than we ask for (macOS: 128); then take what there is.
    listen(&socket, Backlog::new(backlog).unwrap_or(Backlog::MAXCONN))?;
    Ok(socket)
}
// ANCHOR_END: listening

/// The address that a socket is bound to: with port 0, only the kernel knows which one it chose.
///
/// # Errors
/// Whatever `getsockname` answers; `EAFNOSUPPORT` if this is no internet socket.
// ANCHOR: bound
pub fn bound_address(socket: &OwnedFd) -> nix::Result<SocketAddr> {
    // ANCHOR: getsockname
    let address: SockaddrStorage = getsockname(socket.as_raw_fd())?;
    // ANCHOR_END: getsockname
    let v4 = address.as_sockaddr_in().map(|a| SocketAddr::V4((*a).into()));
    let v6 = address.as_sockaddr_in6().map(|a| SocketAddr::V6((*a).into()));
    v4.or(v6).ok_or(nix::Error::EAFNOSUPPORT)
}
// ANCHOR_END: bound
