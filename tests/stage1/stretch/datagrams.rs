//! The other half of the Echo Protocol: what comes in a datagram goes back in one.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;

use grader::patience::STEP_SECONDS;
use grader::{Check, Failure, Seen, Server, Target, Verdict, expect_eq, patience, random};

use crate::echo::{echoes, numbered_lines, visit};
use crate::first::start_patiently;

pub const CHECK: Check = Check {
    id: "datagrams-come-back",
    title: "each datagram comes back as one, also an empty one, while a client of TCP says nothing",
    rule: "RFC 862: TCP Based Echo Service, UDP Based Echo Service; POSIX recvfrom(2), sendto(2)",
    hint: "Bind a UdpSocket to the listening socket's address; send_to what recv_from brings.",
    run: datagrams,
};

fn datagrams(target: &Target) -> Verdict {
    // Somebody else may have the UDP port of that number.
    let server = start_patiently(|| target.start())?;
    let mut silent = server.connect()?;
    let (first, second) = (socket(&server)?, socket(&server)?);
    let name = random::name();
    comes_back(&server, &first, &[name.as_bytes()])?;
    comes_back(&server, &second, &[b"", b"\0\xFF\r\n"])?;
    // More than a small array holds, and no more than every system lets through.
    comes_back(&server, &first, &[&numbered_lines(9000), b"", b"one", b"two"])?;
    echoes(&mut silent, b"not silent any more\n")?;
    comes_back(&server, &second, &[b"and on"])?;
    drop(silent);
    visit(&server)
}

fn socket(server: &Server) -> Result<UdpSocket, Failure> {
    let any_port = (server.address().ip(), 0);
    let socket = UdpSocket::bind(any_port).and_then(|socket| {
        socket.set_read_timeout(Some(patience(STEP_SECONDS)))?;
        // Only what comes from there is taken, and we are told when nobody is there.
        socket.connect(server.address())?;
        Ok(socket)
    });
    socket.map_err(|error| told(server, &error))
}

/// All are sent before the first is read: between datagrams there are borders.
fn comes_back(server: &Server, socket: &UdpSocket, datagrams: &[&[u8]]) -> Verdict {
    for datagram in datagrams {
        socket.send(datagram).map_err(|error| told(server, &error))?;
    }
    let mut buffer = vec![0; 65_536];
    for (number, datagram) in (1..).zip(datagrams) {
        let count = socket.recv(&mut buffer).map_err(|error| told(server, &error))?;
        let what = format!("datagram {number} of {} comes back as it was sent", datagrams.len());
        let same = expect_eq(server, what, datagram, &buffer[..count]);
        same.map_err(|failure| failure.by_hand(by_hand(datagram)))?;
    }
    Ok(())
}

fn told(server: &Server, error: &io::Error) -> Failure {
    let (seen, what) = match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            (Seen::Hung, "a datagram was sent, and nothing came back".to_owned())
        }
        ErrorKind::ConnectionRefused => {
            (Seen::Refused, "a datagram was refused: nothing takes datagrams there".to_owned())
        }
        _ => (Seen::Machine, format!("a datagram can't be sent: {error}")),
    };
    let port = server.address().port();
    let failure = Failure::new(format!("UDP port {port}: {what}")).seen(seen).of(server);
    failure.by_hand(by_hand(b"hello"))
}

fn by_hand(datagram: &[u8]) -> &'static str {
    if datagram.len() < 1000 {
        return "printf hello | nc -u -w 1 127.0.0.1 8888";
    }
    "head -c 9000 /dev/zero | nc -u -w 1 127.0.0.1 8888 | wc -c, which must say 9000"
}
