//! What one client does: it asks and is answered, or it is rude.
//!
//! Sockets of the standard library, since a [`crate::Client`] is remembered for the story, and
//! millions of them would be too many.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use nix::libc::linger;
use nix::sys::socket::{setsockopt, sockopt::Linger};

use crate::patience::{STEP_SECONDS, patience};

/// As much as is read of one answer; those that are asked for are far shorter.
const MOST_READ: u64 = 1 << 20;

/// A visit that nobody need answer, and what it is.
type Rude = (&'static str, fn(SocketAddr) -> io::Result<()>);

/// What the good ones ask for on a connection of its own, with the start and the end of the answer.
const ASKED: [(&[&str], &str, &str); 5] = [
    (
        &["GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
        "HTTP/1.1 200 ",
        "\r\n\r\nHello world from Rust!\n",
    ),
    (
        &[
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 10\r\n\r\n",
            "first",
            "-last",
        ],
        "HTTP/1.1 200 ",
        "\r\n\r\nfirst-last",
    ),
    (
        &[
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
            "5\r\n-last\r\n0\r\n\r\n",
        ],
        "HTTP/1.1 200 ",
        "first-last",
    ),
    (&["GET /hello HTTP/1.1\r\nHo st: localhost\r\n\r\n"], "HTTP/1.1 400 ", ""),
    (
        &["POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"],
        "HTTP/1.1 413 ",
        "",
    ),
];

/// How many requests a persistent connection has: more than the server answers ahead.
const PERSISTENT: usize = 10;

/// Those who go away when they should not, or as they should not.
pub const RUDE: [Rude; 6] = [
    ("says nothing", |address| connect(address).map(drop)),
    ("resets in the head", |address| resets(address, "GET /hello HTTP/1.1\r\nHos", 0)),
    ("resets in the content", |address| {
        let half = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst";
        resets(address, half, 0)
    }),
    ("resets in the answer", |address| resets(address, BIG, 1000)),
    ("leaves before the answer", |address| connect(address)?.write_all(BIG.as_bytes())),
    ("ends in a chunk", |address| {
        let mut stream = connect(address)?;
        let half =
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfi";
        stream.write_all(half.as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        io::copy(&mut stream, &mut io::sink()).map(drop)
    }),
];

/// More than the kernel's buffers take.
const BIG: &str = "GET /big?n=8000000 HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Makes all the good visits, each after the other; says how many requests were answered.
///
/// # Errors
/// In words, which one was not, and what came instead.
pub fn good<const STAGE: u8>(address: SocketAddr) -> Result<usize, String> {
    for (pieces, start, end) in ASKED {
        let mut answer = Vec::new();
        let asked = ask(address, pieces, &mut answer);
        let is_right = answer.starts_with(start.as_bytes()) && is_at_the_end(&answer, end);
        if asked.is_err() || !is_right {
            return Err(instead(&pieces.concat(), asked, &answer));
        }
    }
    if STAGE == 5 { Ok(ASKED.len() + persistent(address)?) } else { Ok(ASKED.len()) }
}

/// An answer in chunks has its content in pieces that are not known, and `0` after it.
fn is_at_the_end(answer: &[u8], end: &str) -> bool {
    answer.ends_with(end.as_bytes()) || answer.ends_with(format!("{end}\r\n0\r\n\r\n").as_bytes())
}

fn instead(request: &str, asked: io::Result<()>, answer: &[u8]) -> String {
    let answer = String::from_utf8_lossy(&answer[..answer.len().min(500)]);
    let trouble = asked.err().map(|error| format!("{error}; ")).unwrap_or_default();
    format!("{trouble}{request:?} got {answer:?}")
}

fn ask(address: SocketAddr, pieces: &[&str], answer: &mut Vec<u8>) -> io::Result<()> {
    let mut stream = connect(address)?;
    pieces.iter().try_for_each(|piece| stream.write_all(piece.as_bytes()))?;
    stream.take(MOST_READ).read_to_end(answer).map(drop)
}

/// Several requests on one connection.
fn persistent(address: SocketAddr) -> Result<usize, String> {
    const REQUEST: &str = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut answer = Vec::new();
    let asked = connect(address).and_then(|mut stream| {
        (0..PERSISTENT).try_for_each(|_| {
            answer.clear();
            stream.write_all(REQUEST.as_bytes())?;
            read_until(&mut stream, &mut answer, "\r\n\r\nHello world from Rust!\n")
        })
    });
    if asked.is_ok() { Ok(PERSISTENT) } else { Err(instead(REQUEST, asked, &answer)) }
}

fn read_until(stream: &mut TcpStream, answer: &mut Vec<u8>, end: &str) -> io::Result<()> {
    let mut piece = [0; 1024];
    while !answer.ends_with(end.as_bytes()) {
        let length = stream.read(&mut piece)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if answer.len() as u64 >= MOST_READ {
            return Err(io::Error::other("the answer does not end"));
        }
        answer.extend_from_slice(&piece[..length]);
    }
    Ok(())
}

/// Sends this, reads so much, and leaves with a reset instead of an end.
fn resets(address: SocketAddr, bytes: &str, reads: usize) -> io::Result<()> {
    let mut stream = connect(address)?;
    stream.write_all(bytes.as_bytes())?;
    stream.read_exact(&mut vec![0; reads])?;
    setsockopt(&stream, Linger, &linger { l_onoff: 1, l_linger: 0 })?;
    Ok(())
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, patience(STEP_SECONDS))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(patience(STEP_SECONDS)))?;
    stream.set_write_timeout(Some(patience(STEP_SECONDS)))?;
    Ok(stream)
}
