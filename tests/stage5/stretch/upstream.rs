//! A server behind the one that is judged, played by the check.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use grader::patience::STEP_SECONDS;
use grader::{Failure, Seen, Server, Target, Verdict, expect_eq, patience, wait_until};

/// Its listening socket, which never waits.
pub struct Upstream(TcpListener);

impl Upstream {
    pub fn new() -> Result<Upstream, Failure> {
        Upstream::at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    pub fn at(address: SocketAddr) -> Result<Upstream, Failure> {
        let listening = TcpListener::bind(address).and_then(|listening| {
            listening.set_nonblocking(true)?;
            Ok(Upstream(listening))
        });
        listening.map_err(|error| machine("an upstream", &error))
    }

    /// Closes what nobody has taken yet: who tries whether a port is free gets a connection too.
    pub fn turn_away(&self) {
        while self.0.accept().is_ok() {}
    }

    /// Nobody listens there any more.
    pub fn close(self) -> SocketAddr {
        self.address()
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("it is bound")
    }
}

/// The server that is judged, with these behind it.
pub fn start(target: &Target, upstreams: &[Upstream]) -> Result<Server, Failure> {
    let addresses: Vec<String> =
        upstreams.iter().map(|upstream| upstream.address().to_string()).collect();
    target.launch().env("UPSTREAMS", addresses.join(",")).env("STOP_TIMEOUT", "60").start()
}

/// The upstream that gets the connection which was just made, and its end of it.
pub fn whose(server: &Server, upstreams: &[Upstream]) -> Result<(usize, Passed), Failure> {
    server.wait_until("a connection to one of the UPSTREAMS", || {
        upstreams.iter().enumerate().find_map(|(turn, upstream)| {
            let (stream, _) = upstream.0.accept().ok()?;
            Some((turn, Passed(stream)))
        })
    })
}

/// A connection that was passed on.
pub struct Passed(TcpStream);

impl Passed {
    pub fn read(&mut self, count: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = vec![0; count];
        self.in_time()?;
        let read = self.0.read_exact(&mut bytes);
        read.map(|()| bytes).map_err(|error| trouble("an upstream reads", &error))
    }

    pub fn sees_end(&mut self) -> Verdict {
        self.in_time()?;
        let mut rest = Vec::new();
        // More than nothing is wrong, and one byte shows it.
        let read = (&self.0).take(1).read_to_end(&mut rest);
        read.map_err(|error| trouble("an upstream waits for the client's end", &error))?;
        expect_eq(&(), "the client's end comes, and nothing before it", "", rest)
    }

    pub fn write(&mut self, bytes: &[u8]) -> Verdict {
        self.in_time()?;
        self.0.write_all(bytes).map_err(|error| trouble("an upstream writes", &error))
    }

    /// Until nothing more is taken, or so much was.
    pub fn write_until_blocked(&mut self, most: usize) -> Verdict {
        self.0.set_nonblocking(true).map_err(|error| machine("an upstream", &error))?;
        let (piece, mut sent, mut looks) = (vec![b'x'; 64 * 1024], 0, 0);
        wait_until(patience(STEP_SECONDS), "nothing to be taken any more", || {
            let before = sent;
            while sent < most {
                match self.0.write(&piece) {
                    Ok(count) => sent += count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Some(Err(trouble("an upstream writes", &error))),
                }
            }
            looks = if sent > before { 0 } else { looks + 1 };
            (looks == 20 || sent >= most).then_some(Ok(()))
        })?
    }

    fn in_time(&self) -> Verdict {
        let limit = Some(patience(STEP_SECONDS));
        let set = self.0.set_nonblocking(false);
        let set = set.and_then(|()| self.0.set_read_timeout(limit));
        let set = set.and_then(|()| self.0.set_write_timeout(limit));
        set.map_err(|error| machine("an upstream", &error))
    }
}

fn machine(what: &str, error: &io::Error) -> Failure {
    Failure::new(format!("{what}: {error}")).seen(Seen::Machine)
}

fn trouble(what: &str, error: &io::Error) -> Failure {
    let seen = match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Seen::Hung,
        ErrorKind::ConnectionReset => Seen::Reset,
        _ => Seen::ClosedEarly,
    };
    Failure::new(format!("{what}: {error}")).seen(seen)
}
