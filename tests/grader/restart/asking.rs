//! A client that asks on one connection until it is told, or sees, that it ends.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::proof;
use crate::patience::{STEP_SECONDS, patience};

/// It takes a moment to answer, so that a signal finds requests that run.
const REQUEST: [&[u8]; 3] = [b"GET /slo", b"w?ms=5 HTTP/1.1\r\nHost: loc", b"alhost\r\n\r\n"];

/// What the demo answers to it.
const CONTENT: &[u8] = b"\r\n\r\nwaited 5 ms\n";

/// How a client asks on one connection.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// How many requests it makes, at most.
    pub times: usize,
    /// Whether it makes the server prove that it has read a request.
    pub proves: bool,
}

/// What one connection has brought.
#[derive(Debug, Default)]
pub struct Told {
    /// How many answers came, whole.
    pub answered: usize,
    /// It was closed while a request behind the first was on its way.
    pub closed_on_the_way: bool,
}

/// Asks until the connection is to end.
///
/// # Errors
/// In words, how a request was lost or the connection refused.
pub fn ask_on(address: SocketAddr, way: Way) -> Result<Told, String> {
    let mut stream =
        TcpStream::connect(address).map_err(|error| format!("not connected: {error}"))?;
    let prepared = stream.set_nodelay(true);
    prepared.and(stream.set_read_timeout(Some(patience(STEP_SECONDS)))).map_err(in_words)?;
    let mut told = Told::default();
    while told.answered < way.times {
        let mut answer = Vec::new();
        let mut is_read = false;
        let exchanged = if way.proves {
            // If that one is lost, those who ask like this will say so.
            let another = || drop(ask_on(address, Way { times: 1, proves: false }));
            proof::exchange(&mut stream, &mut answer, &mut is_read, another)
        } else {
            exchange(&mut stream, &mut answer)
        };
        let hung = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        let is_timeout = exchanged.as_ref().is_err_and(hung);
        if told.answered > 0 && answer.is_empty() && !is_read && !is_timeout {
            // As far as is known not read, and nothing of an answer: it may be asked again.
            told.closed_on_the_way = true;
            break;
        }
        exchanged.map_err(|error| lost(told.answered, is_read, &answer, &error))?;
        told.answered += 1;
        if String::from_utf8_lossy(&answer).to_lowercase().contains("\r\nconnection: close\r\n") {
            break;
        }
    }
    Ok(told)
}

fn exchange(stream: &mut TcpStream, answer: &mut Vec<u8>) -> io::Result<()> {
    for piece in REQUEST {
        stream.write_all(piece)?;
    }
    let mut piece = [0; 1024];
    while !answer.ends_with(CONTENT) {
        let length = stream.read(&mut piece)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&piece[..length]);
    }
    Ok(())
}

fn lost(before: usize, is_read: bool, answer: &[u8], error: &io::Error) -> String {
    let answer = String::from_utf8_lossy(answer);
    let read = if is_read { ", whose head had been read: 100 Continue had come" } else { "" };
    format!("request {} of a connection{read}: {error}, after {answer:?}", before + 1)
}

fn in_words(error: io::Error) -> String {
    format!("this machine's socket: {error}")
}
