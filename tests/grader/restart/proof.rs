//! A client that knows that its head was read: it says `Expect: 100-continue`, and sends its content when
//! it is told to. From then on a connection that ends takes a request along, whichever of the
//! connection's requests it is (RFC 9112 s9.3.1 lets nobody repeat a POST by itself).

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The application reads it, so that the server asks for it.
const HEAD: &[u8] = b"POST /echo HTTP/1.1\r\nHost: localhost\r\n\
                      Expect: 100-continue\r\nContent-Length: 6\r\n\r\n";
const CONTENT: &[u8] = b"proven";
const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// One request; what comes is in `answer`, of which the interim response is no part. `is_read` says
/// whether the server has proved that it has read the head. `meanwhile` is done before the content
/// is sent, so that a signal finds the server waiting for it.
///
/// # Errors
///
/// The connection ends, or nothing comes in time.
pub fn exchange(
    stream: &mut TcpStream,
    answer: &mut Vec<u8>,
    is_read: &mut bool,
    meanwhile: impl FnOnce(),
) -> io::Result<()> {
    stream.write_all(HEAD)?;
    until(stream, answer, |answer| answer.len() >= INTERIM.len())?;
    if !answer.starts_with(INTERIM) {
        return Err(io::Error::other("something else than 100 Continue"));
    }
    *is_read = true;
    answer.clear(); // it waits for the content: nothing is behind it
    meanwhile();
    stream.write_all(CONTENT)?;
    until(stream, answer, |answer| answer.ends_with(CONTENT))
}

fn until(
    stream: &mut TcpStream,
    answer: &mut Vec<u8>,
    is_all: impl Fn(&[u8]) -> bool,
) -> io::Result<()> {
    let mut piece = [0; 1024];
    while !is_all(answer) {
        let length = stream.read(&mut piece)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&piece[..length]);
    }
    Ok(())
}
