//! One connection of a client: it persists, and it is opened again when it has ended.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use grader::patience;

/// Longer than a balancer looks for another server.
const SECONDS: f64 = 30.0;

/// A client of one address.
pub struct Client {
    to: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

/// What a client makes of a response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content: Vec<u8>,
    closes: bool,
}

impl Client {
    pub fn of(to: SocketAddr) -> Client {
        Client { to, connection: None }
    }

    /// Sends a request, once, and reads the response.
    ///
    /// # Errors
    /// The connection can't be opened, or it ends before the response does.
    pub fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(open(self.to)?),
        };
        connection.get_mut().write_all(request)?;
        let answer = read(&mut connection)?;
        if !answer.closes {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}

fn open(to: SocketAddr) -> io::Result<TcpStream> {
    let connection = TcpStream::connect_timeout(&to, patience(SECONDS))?;
    connection.set_read_timeout(Some(patience(SECONDS)))?;
    connection.set_write_timeout(Some(patience(SECONDS)))?;
    connection.set_nodelay(true)?;
    Ok(connection)
}

/// The routes that are asked for declare the length of what they send, so nothing else is read.
fn read(connection: &mut impl BufRead) -> io::Result<Answer> {
    let wrong = |what: &str| io::Error::new(ErrorKind::InvalidData, what.to_owned());
    let line = line(connection)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| wrong(&format!("no status line: {line:?}")))?;
    let (mut length, mut closes) = (None, false);
    loop {
        let field = self::line(connection)?.to_ascii_lowercase();
        match field.split_once(':') {
            None if field.is_empty() => break,
            None => return Err(wrong(&format!("no field: {field:?}"))),
            Some(("content-length", value)) => length = value.trim().parse().ok(),
            Some(("connection", value)) => closes = value.trim() == "close",
            Some(_) => {}
        }
    }
    let mut content = vec![0; length.ok_or_else(|| wrong("no Content-Length"))?];
    connection.read_exact(&mut content)?;
    Ok(Answer { status, content, closes })
}

fn line(connection: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    connection.by_ref().take(8 * 1024).read_line(&mut line)?;
    let line = line.strip_suffix("\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    Ok(line.to_owned())
}
