//! Stretch exercise "datagrams too", worked out: the Echo Protocol over TCP and over UDP.
//!
//! It adds a second socket, of another type, with the same number: ports of TCP and of UDP have
//! nothing to do with each other. There is no listen and no accept, for there are no connections:
//! one socket receives from everybody, and each datagram says where it came from. A datagram is a
//! message: `recv_from` brings exactly one, however short, and 0 bytes are one too.
//!
//! It still lacks what every server of UDP on the open internet needs: the sender's address can be
//! forged, and two echo servers whose addresses somebody forges keep each other busy for ever. That
//! is why nobody offers this protocol there any more.

use std::io;
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::serve::serve;
use stage1_echo::terminal::{say, warn};

/// The longest datagram that IP can carry is a little shorter. What does not fit would be lost.
const LONGEST: usize = 65_536;

fn main() -> ExitCode {
    exit("datagrams", run())
}

fn run() -> Result<(), Failure> {
    let (listening, address) = listen_from_env(128)?;
    // After the other one: only now we know the port. And before the line that says we are there.
    let datagrams = UdpSocket::bind(address)?;
    say(format_args!("listening on {address}"));
    // Two sockets to wait for, and a thread for each. With poll, one thread would do.
    thread::spawn(move || echo_datagrams(&datagrams));
    Ok(serve(&listening)?)
}

/// Sends each datagram back to where it came from, for ever.
fn echo_datagrams(socket: &UdpSocket) {
    let mut buffer = vec![0; LONGEST];
    loop {
        if let Err(error) = echo_one(socket, &mut buffer) {
            // It is about one datagram: its sender may be gone, or can't be reached.
            warn(format_args!("a datagram: {error}"));
        }
    }
}

fn echo_one(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<()> {
    let (length, sender) = socket.recv_from(buffer)?;
    socket.send_to(&buffer[..length], sender)?;
    Ok(())
}
