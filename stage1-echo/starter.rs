//! Stage 1, your own server: it sends every byte back to the client that sent it.
//!
//! Copy this file, then fill in its steps in their order, one `// step N:` after the other:
//!
//! ```text
//! cp -n stage1-echo/starter.rs stage1-echo/src/bin/stage1-mine.rs
//! cargo run -p stage1-echo --bin stage1-mine     try it, in a second terminal: nc 127.0.0.1 8888
//! cargo test -p stage1-echo                      see which steps hold, and why the next does not
//! ```
//!
//! All calls come from the crate `nix`, which passes them on to the system as they are; its pages
//! are at <https://docs.rs/nix/0.31/nix>, the system's at `man 2 socket` and so on. Use them, and
//! the standard library, but not the crate `stage1_echo`: that is the answer.
#![allow(unsafe_code)] // for accept(), below
#![allow(unused_imports, unused_variables, dead_code)] // until the last step: some names wait

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::ExitCode;

use nix::sys::socket::{
    self, AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, getsockname, listen,
    setsockopt, socket, sockopt,
};
use nix::unistd::{read, write};

/// A socket that listens on `address`, and the address that it really has: for port 0 the system
/// chooses one. A call that fails ends this function with `?`.
fn listen_on(address: SocketAddr) -> io::Result<(OwnedFd, SockaddrStorage)> {
    // step 1: Make four calls, in this order, each with a ? behind it.
    //   socket(family, SockType::Stream, SockFlag::empty(), None): family is AddressFamily::Inet,
    //     or Inet6 if address.is_ipv6(). Keep the OwnedFd that it returns in a variable, socket.
    //   bind(socket.as_raw_fd(), &SockaddrStorage::from(address)): nix wants the number here.
    //   listen(&socket, Backlog::MAXCONN): and here a reference to the owner.
    //   getsockname(socket.as_raw_fd()): the address that the socket really has, with its port.
    // Return Ok((socket, real_address)) in place of the error below.
    // man 2 socket, bind, listen, getsockname

    // step 6: A server that is stopped while clients are connected must get its port again at
    // once. Ask for SO_REUSEADDR: setsockopt(&socket, sockopt::ReuseAddr, &true)?. When does it
    // still help, in the order of the calls above? Both runs must have asked: by hand, until then
    // and once after it, take another PORT each time.
    // man 7 socket

    Err(not_yet("step 1: no socket yet"))
}

/// Serves the clients.
fn serve(listening: &OwnedFd) -> io::Result<()> {
    // step 5: One client after the other, for ever: a loop takes the place of these three lines.
    // An error of echo is about one client: print it with warn, and go on with the next one.
    // accept may keep its ?. Drop each connection before the next accept. man 2 accept
    let connection = accept(listening)?;
    echo(&connection)?;
    Err(not_yet("the program ends after its first client: step 5 changes that"))
}

/// Sends back what the client sends. The caller's `OwnedFd` closes the connection when it is
/// dropped.
fn echo(connection: &OwnedFd) -> io::Result<()> {
    // step 2: Read once, into an array of 4096 bytes, and write back what has come: only that, and
    // just as it is. read returns how many bytes have come. Then return Ok(()) in place of the
    // error below. man 2 read, write

    // step 3: Go on, each piece as soon as it has come, until the client has sent its last byte.
    // How does read tell that? Return Ok(()) then, and no earlier. man 2 read, RETURN VALUE

    // step 4: write may take fewer bytes than it is given: when the client reads slowly and the
    // server is stopped meanwhile, with Ctrl-Z, and goes on. It says how many it has taken; that
    // may happen again with the rest. Nothing may be lost. man 2 write, RETURN VALUE

    Err(not_yet("step 2: nothing is sent back yet"))
}

// ---- Given: nothing below has to be changed. ----

/// The next connection, as an owner that closes it when it is dropped. It waits for a client.
fn accept(listening: &OwnedFd) -> io::Result<OwnedFd> {
    let number = socket::accept(listening.as_raw_fd())?;
    // SAFETY: accept returned this descriptor a moment ago, it is open, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

fn main() -> ExitCode {
    let Some(address) = address_from_env() else {
        warn("PORT must be a number from 0 to 65535, and HOST an address such as 127.0.0.1");
        return ExitCode::from(2);
    };
    match run(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            warn(format!(
                "{address}: {error}: another server has it, or, for a minute, a run before \
                 step 6 was done. PORT=0 chooses a port that is free"
            ));
            ExitCode::FAILURE
        }
        Err(error) => {
            warn(error);
            ExitCode::FAILURE
        }
    }
}

fn run(address: SocketAddr) -> io::Result<()> {
    let (listening, real_address) = listen_on(address)?;
    // Not println!: it would panic when nobody reads our output any more.
    let _ = writeln!(io::stdout(), "listening on {real_address}");
    serve(&listening)
}

/// Where HOST and PORT say, else 127.0.0.1:8888; None if they make no sense.
fn address_from_env() -> Option<SocketAddr> {
    let host = env::var("HOST").unwrap_or("127.0.0.1".to_string());
    let port = env::var("PORT").unwrap_or("8888".to_string());
    let host: IpAddr = host.parse().ok()?;
    Some(SocketAddr::new(host, port.parse().ok()?))
}

/// What a function returns whose step is not done.
fn not_yet(what: &str) -> io::Error {
    io::Error::other(what)
}

/// Prints a line on stderr.
fn warn(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

// ---- All six steps done? Two exercises for those who want more stand in
// stage1-echo/stretch/README.md: many clients at once, and UDP. They earn bonus points. ----
