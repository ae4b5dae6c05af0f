//! Stage 1, filled in: what the starter becomes when all six steps are done. It grades the checks.
//!
//! With a name in its environment, `BROKEN=no-bind`, it has that one fault. Each fault is one that
//! is easily made; it stands where it would be made, and `tests/stage1/broken.rs` says which check
//! finds it and what the learner reads then.
#![allow(unsafe_code)] // for accept(), below

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    self, AddressFamily, Backlog, Shutdown, SockFlag, SockType, SockaddrStorage, bind, getsockname,
    listen, setsockopt, shutdown, socket, sockopt,
};
use nix::unistd::{read, write};

/// Whether the program is to have the fault `name`.
fn broken(name: &str) -> bool {
    static NAME: LazyLock<Option<String>> = LazyLock::new(|| env::var("BROKEN").ok());
    NAME.as_deref() == Some(name)
}

/// A socket that listens on `address`, and the address that it really has: for port 0 the system
/// chooses one. A call that fails ends this function with `?`.
fn listen_on(address: SocketAddr) -> io::Result<(OwnedFd, SockaddrStorage)> {
    let asked_for = if broken("ignores-port") {
        // The address is written down here, and what PORT says is forgotten.
        SocketAddr::from(([127, 0, 0, 1], 0))
    } else if broken("ignores-host") {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else if broken("listens-everywhere") {
        // All addresses of this machine: who is on the same network reaches the server.
        SocketAddr::from(([0, 0, 0, 0], address.port()))
    } else {
        address
    };
    let family = if asked_for.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
    // An address of IPv4 is none for this socket.
    let family = if broken("wrong-family") { AddressFamily::Inet6 } else { family };
    // And the other way round, when HOST is an address of IPv6.
    let family = if broken("always-ipv4") { AddressFamily::Inet } else { family };
    if broken("drops-the-socket") {
        // Only the number is kept: its owner is dropped here, which closes the socket.
        let number = socket(family, SockType::Stream, SockFlag::empty(), None)?.as_raw_fd();
        bind(number, &SockaddrStorage::from(address))?;
    }
    // A socket for datagrams knows no connections, and can't listen.
    let kind = if broken("datagram-socket") { SockType::Datagram } else { SockType::Stream };
    let socket = socket(family, kind, SockFlag::empty(), None)?;
    if broken("reuse-port") {
        // The name is like the other's. Two servers may listen on one port with it.
        setsockopt(&socket, sockopt::ReusePort, &true)?;
    } else if !broken("no-reuse-address") && !broken("reuse-address-after-bind") {
        setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    }
    if broken("listens-before-bind") {
        // The system gives the socket a port of its own choice, and bind comes too late.
        listen(&socket, Backlog::MAXCONN)?;
    }
    // Before bind, there is nothing to tell: 0.0.0.0, port 0.
    let early: SockaddrStorage = getsockname(socket.as_raw_fd())?;
    if !broken("no-bind") {
        bind(socket.as_raw_fd(), &SockaddrStorage::from(asked_for))?;
    }
    if broken("reuse-address-after-bind") {
        // Too late: bind has already looked whether the port may be used again.
        setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    }
    if broken("prints-before-listening") {
        // Whoever reads the line and connects at once comes too early.
        print_line(getsockname::<SockaddrStorage>(socket.as_raw_fd())?);
        thread::sleep(Duration::from_secs(2));
    }
    if !broken("no-listen") {
        listen(&socket, Backlog::MAXCONN)?;
    }
    let real_address = getsockname(socket.as_raw_fd())?;
    if broken("asks-before-bind") {
        return Ok((socket, early));
    }
    if broken("prints-the-address-asked-for") {
        // For port 0, this is port 0 again.
        return Ok((socket, SockaddrStorage::from(address)));
    }
    Ok((socket, real_address))
}

/// Serves the clients.
fn serve(listening: &OwnedFd) -> io::Result<()> {
    if broken("waits-in-write") || broken("never-sleeps") {
        return serve_many(listening);
    }
    let mut kept = Vec::new();
    for number in 0.. {
        if broken("stops-after-twenty") && number == 20 {
            break;
        }
        let connection = match accept(listening) {
            Ok(connection) => connection,
            Err(error) if broken("leaks-descriptors") => return Err(error),
            Err(error) => {
                warn(format!("accept: {error}"));
                continue;
            }
        };
        if broken("never-waits") {
            fcntl(&connection, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        if broken("accepts-once") {
            // The loop is round echo alone, so that this connection is never dropped.
            loop {
                echo(&connection)?;
            }
        }
        if broken("keeps-connections") {
            // What is kept in a list is not dropped, and not closed.
            kept.push(connection.try_clone()?);
        }
        if broken("a-thread-each") {
            // Right for two clients. For ten thousand of them it is dear, and it is not the task.
            thread::spawn(move || echo(&connection));
            continue;
        }
        if broken("no-loop") {
            return echo(&connection);
        }
        if broken("question-mark") {
            // An error of this client ends the loop, and with it the server.
            echo(&connection)?;
        } else if broken("panics-on-an-error") {
            echo(&connection).expect("the client stays to the end");
        } else if let Err(error) = echo(&connection) {
            warn(format!("a client: {error}"));
            if broken("stops-at-an-error") {
                // It is told, but then it ends the loop all the same.
                return Ok(());
            }
            if broken("ends-without-a-word") && error.kind() == ErrorKind::UnexpectedEof {
                return Err(error);
            }
            if broken("forgives-resets-only") && error.kind() != ErrorKind::ConnectionReset {
                return Err(error);
            }
        }
        if broken("leaks-descriptors") {
            // The connection ends, but its descriptor stays.
            shutdown(connection.as_raw_fd(), Shutdown::Both)?;
            mem::forget(connection);
        }
    }
    Ok(())
}

/// Many clients at once, as the stretch exercise asks for it, but not quite.
fn serve_many(listening: &OwnedFd) -> io::Result<()> {
    let mut clients: Vec<OwnedFd> = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let mut asked = vec![PollFd::new(listening.as_fd(), PollFlags::POLLIN)];
        asked.extend(clients.iter().map(|one| PollFd::new(one.as_fd(), PollFlags::POLLIN)));
        // Without a time to wait, poll only looks: the server never comes to rest.
        let sleep = if broken("never-sleeps") { PollTimeout::ZERO } else { PollTimeout::NONE };
        poll(&mut asked, sleep)?;
        let ready: Vec<bool> = asked.iter().map(|one| one.any() == Some(true)).collect();
        let mut is_ready = ready[1..].iter();
        clients.retain(|client| match is_ready.next() {
            Some(true) => match read(client, &mut buffer) {
                Ok(0) | Err(_) => false,
                // This waits for a client that reads nothing, and all others wait with it.
                Ok(count) => write_all(client, &buffer[..count]).is_ok(),
            },
            _ => true,
        });
        if ready[0] {
            clients.push(accept(listening)?);
        }
    }
}

/// Datagrams too, as the other stretch exercise asks for it, but not quite.
fn echo_datagrams(socket: &UdpSocket) -> io::Result<()> {
    // What of a datagram does not fit into the array is thrown away.
    let mut buffer = [0; 4096];
    loop {
        let (count, sender) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer[..count], sender)?;
    }
}

/// Sends back what the client sends. The caller's `OwnedFd` closes the connection when it is
/// dropped.
fn echo(connection: &OwnedFd) -> io::Result<()> {
    if broken("reads-to-the-end") {
        return echo_at_the_end(connection);
    }
    let mut buffer = vec![0; 4096];
    if broken("no-room") {
        // 4096 is its capacity, and its length is 0.
        buffer = Vec::with_capacity(4096);
    }
    let mut pieces = 0;
    loop {
        let mut count = again(|| read(connection, &mut buffer))?;
        if broken("fills-the-array") {
            // Waits for bytes that nobody has promised: the client waits for its answer.
            while count > 0 && count < buffer.len() {
                count += read(connection, &mut buffer[count..])?;
            }
        }
        // Without this, read returns 0 again and again, and the client never sees an end.
        if count == 0 && !broken("goes-on-at-the-end") {
            if broken("ends-without-a-word") && pieces == 0 {
                // A client that sends nothing has done nothing wrong.
                return Err(ErrorKind::UnexpectedEof.into());
            }
            return Ok(());
        }
        if broken("writes-nothing") {
            return Ok(());
        }
        pieces += 1;
        // The array is longer than what has come: behind it are zeros, or an older piece.
        let end = if broken("whole-array") { buffer.len() } else { count };
        send_back(connection, &buffer[..end])?;
        if broken("reads-once") {
            return Ok(());
        }
        if broken("stops-at-a-short-read") && count < buffer.len() {
            // Fewer bytes than there was room for: that says nothing about what is still to come.
            return Ok(());
        }
    }
}

/// The call, once. Or, where nothing waits, as often as there is nothing to read or no room to write.
fn again(mut call: impl FnMut() -> nix::Result<usize>) -> nix::Result<usize> {
    loop {
        match call() {
            Err(Errno::EAGAIN) if broken("never-waits") => thread::yield_now(),
            result => return result,
        }
    }
}

/// Collects everything before any of it goes back, for as long as the client sends.
fn echo_at_the_end(connection: &OwnedFd) -> io::Result<()> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match read(connection, &mut buffer)? {
            0 => return write_all(connection, &all),
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Sends back one piece. Its bytes need not be text.
fn send_back(connection: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
    if broken("text") {
        // What is no UTF-8 becomes U+FFFD, three other bytes.
        return write_all(connection, String::from_utf8_lossy(bytes).as_bytes());
    }
    if broken("text-or-error") {
        let text = str::from_utf8(bytes).map_err(io::Error::other)?;
        return write_all(connection, text.as_bytes());
    }
    if broken("text-or-panic") {
        let text = str::from_utf8(bytes).expect("clients send text");
        return write_all(connection, text.as_bytes());
    }
    write_all(connection, bytes)
}

fn write_all(connection: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    if broken("writes-once") {
        // What was not taken is lost.
        write(connection, bytes)?;
        return Ok(());
    }
    while !bytes.is_empty() {
        let taken = again(|| write(connection, bytes))?;
        if taken < bytes.len() {
            if broken("writes-twice") {
                // The second write may be cut short as well.
                write(connection, &bytes[taken..])?;
                return Ok(());
            }
            if broken("gives-up-on-a-short-write") {
                return Err(ErrorKind::WriteZero.into());
            }
            if broken("writes-all-again") {
                // Begins again at the start, so that some bytes go out twice.
                continue;
            }
        }
        bytes = &bytes[taken..];
    }
    Ok(())
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
    if broken("accepts-before-the-line") {
        // Waits for a client who waits for the line.
        accept(&listening)?;
    }
    if broken("cuts-datagrams") {
        let socket = UdpSocket::bind(real_address.to_string())?;
        thread::spawn(move || echo_datagrams(&socket));
    }
    print_line(real_address);
    serve(&listening)
}

fn print_line(address: SockaddrStorage) {
    // Not println!: it would panic when nobody reads our output any more.
    let _ = writeln!(io::stdout(), "listening on {address}");
}

/// Where HOST and PORT say, else 127.0.0.1:8888; None if they make no sense.
fn address_from_env() -> Option<SocketAddr> {
    let host = env::var("HOST").unwrap_or("127.0.0.1".to_string());
    let port = env::var("PORT").unwrap_or("8888".to_string());
    let host: IpAddr = host.parse().ok()?;
    Some(SocketAddr::new(host, port.parse().ok()?))
}

/// Prints a line on stderr.
fn warn(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
