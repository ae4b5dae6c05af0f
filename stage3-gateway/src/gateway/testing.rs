//! For unit tests: an application, asked without a connection. A request goes in as bytes, and
//! what comes out is read by a small reader that shares nothing with what wrote it.

use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};

use crate::gateway::application::Application;
use crate::gateway::environ::{Environ, Server};
use crate::gateway::error::Error;
use crate::gateway::response::Outcome;
use crate::gateway::run::run;
use crate::gateway::sink::Sink;
use crate::http::content::Decoder;
use crate::http::head::Head;
use crate::http::response::Asked;
use crate::limits::CONTENT;

/// An answer, read back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and field lines.
    pub head: String,
    pub content: Vec<u8>,
    /// Whether the content ends as the head says; what ends with the connection never does.
    pub whole: bool,
    /// What was sent each time.
    pub sends: Vec<Vec<u8>>,
    /// What the server thinks.
    pub outcome: Outcome,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.content.clone()).unwrap()
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        field(&self.head, name)
    }
}

/// `GET` of a path in HTTP/1.1.
pub fn get(application: &dyn Application, path: &str) -> Answer {
    ask(application, request("GET", path, ""))
}

/// `POST` of some content.
pub fn post(application: &dyn Application, path: &str, content: &str) -> Answer {
    ask(application, request("POST", path, content))
}

pub fn request(method: &str, path: &str, content: &str) -> String {
    let length = content.len();
    let length =
        if content.is_empty() { "".into() } else { format!("Content-Length: {length}\r\n") };
    format!("{method} {path} HTTP/1.1\r\nHost: a\r\n{length}\r\n{content}")
}

/// What the application answers to these bytes.
pub fn ask(application: &dyn Application, request: impl AsRef<[u8]>) -> Answer {
    let head_only = request.as_ref().starts_with(b"HEAD ");
    let mut wire = Wire::default();
    let outcome = ask_through(application, request, &mut wire);
    let (head, content, whole) = read_response(&wire.sends.concat(), head_only);
    let status = head[9..12].parse().unwrap();
    Answer { status, head, content, whole, sends: wire.sends, outcome }
}

/// The same, and the answer goes where the caller says.
pub fn ask_through(
    application: &dyn Application,
    request: impl AsRef<[u8]>,
    wire: &mut Wire,
) -> Outcome {
    with_environ(request.as_ref(), |environ, asked| run(application, environ, asked, wire))
}

/// The environ of a request.
pub fn with_environ<T>(request: &[u8], use_it: impl FnOnce(&mut Environ, Asked) -> T) -> T {
    let end = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = Head::parse(&request[..end]).unwrap();
    let decoder = Decoder::new(head.framing, CONTENT).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8888));
    let server = Server { address, multithread: false, multiprocess: false };
    let input = Content { decoder, received: &request[end..] };
    let mut environ = Environ::new(&head, &server, address, Box::new(input));
    use_it(&mut environ, Asked::by(&head))
}

/// Content that has come already.
struct Content<'b> {
    decoder: Decoder,
    received: &'b [u8],
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let shown = &self.received[..self.received.len().min(buffer.len())];
            let step = self.decoder.decode(shown).map_err(Error::Request)?;
            self.received = &self.received[step.taken..];
            if !step.content.is_empty() || step.taken == 0 {
                buffer[..step.content.len()].copy_from_slice(step.content);
                return Ok(step.content.len());
            }
        }
    }
}

/// Takes what is sent, until the client has gone.
#[derive(Default)]
pub struct Wire {
    pub sends: Vec<Vec<u8>>,
    /// After how many sends the client has gone.
    pub gone_after: Option<usize>,
}

impl Sink for Wire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.gone_after.is_some_and(|most| self.sends.len() >= most) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.sends.push(bytes.to_vec());
        Ok(())
    }
}

/// Head, content, and whether the content ends as the head says. It panics at what is no response.
pub fn read_response(bytes: &[u8], head_only: bool) -> (String, Vec<u8>, bool) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("no empty line");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head that is no text");
    assert!(head.starts_with("HTTP/1.1 "), "no status line: {head}");
    let mut rest = &bytes[end + 4..];
    let is_empty = head_only || ["204", "304"].contains(&&head[9..12]);
    let length = field(&head, "Content-Length").map(|length| length.parse::<usize>().unwrap());
    if is_empty || field(&head, "Transfer-Encoding").is_none() {
        let whole = if is_empty { rest.is_empty() } else { length == Some(rest.len()) };
        return (head, rest.to_vec(), whole);
    }
    assert_eq!(length, None, "both framings");
    let mut content = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        rest = &rest[end + 2..];
        content.extend_from_slice(&rest[..size]);
        assert_eq!(&rest[size..size + 2], b"\r\n", "a chunk ends with CR LF");
        rest = &rest[size + 2..];
        if size == 0 {
            return (head, content, rest.is_empty());
        }
    }
    (head, content, false)
}

fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut values = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let found = values.find(|(found, _)| found.eq_ignore_ascii_case(name))?.1;
    assert!(!values.any(|(again, _)| again.eq_ignore_ascii_case(name)), "{name} twice");
    Some(found)
}
