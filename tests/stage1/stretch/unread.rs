//! A client that sends and does not read is served as far as it goes, and holds up nobody.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use grader::patience::STEP_SECONDS;
use grader::{
    Check, Client, Failure, Seen, Server, Target, Verdict, expect_eq, patience, process, wait_until,
};

use super::two_at_once::answered_beside;
use crate::echo::{echoes, numbered_lines, same, visit};

pub const CHECK: Check = Check {
    id: "unread-bytes-keep-nobody-waiting",
    title: "a client that sends without reading keeps nobody waiting, and loses nothing",
    rule: "POSIX poll(2), POLLOUT; write(2), EAGAIN",
    hint: "Keep what a client has not taken yet beside its connection, and wait for POLLOUT.",
    run: unread,
};

/// More than all buffers of the system on the way there and back. A server that takes so much keeps
/// it in memory.
const TOO_MUCH: usize = 128 * 1024 * 1024;

const BY_HAND: &str = "yes | nc 127.0.0.1 8888 | sleep 99, and nc 127.0.0.1 8888 in another \
                       terminal";

/// So many looks in a row must show that nothing moves any more.
const LOOKS: usize = 20;

fn unread(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut other = server.connect()?;
    echoes(&mut other, b"first\n")?;
    answered_beside(&mut other, &mut server.connect()?)?;
    let mut unread = Unread::connect(&server)?;
    unread.send_until_blocked(&server)?;
    answered_in_time(&mut other)?;
    visit(&server)?;
    unread.gets_everything(&server)
}

/// The server sleeps, so it has time.
fn answered_in_time(client: &mut Client) -> Verdict {
    let sent = b"is anybody there?\n";
    client.send(sent)?;
    let answered =
        wait_until(patience(2.0), "an answer", || (!client.is_quiet()).then_some(Ok(())));
    let what = "after the first client was blocked, another one got no answer";
    let whose = "what was sent and what was got is the other one's";
    answered
        .map_err(|failure| failure.retitled(what).detail(whose).by_hand(BY_HAND).of(client))??;
    let got = client.read_exact_n(sent.len())?;
    same(client, sent, &got)
}

/// A connection whose sending end never waits.
struct Unread {
    stream: TcpStream,
    /// Sent over and over.
    lines: Vec<u8>,
    sent: usize,
}

impl Unread {
    fn connect(server: &Server) -> Result<Unread, Failure> {
        let stream = TcpStream::connect_timeout(&server.address(), patience(STEP_SECONDS));
        let stream = stream.and_then(|stream| stream.set_nonblocking(true).map(|()| stream));
        let stream = stream.map_err(|error| told(server, &error))?;
        Ok(Unread { stream, lines: numbered_lines(64 * 1024), sent: 0 })
    }

    /// Until nothing more is taken, and the server sleeps.
    fn send_until_blocked(&mut self, server: &Server) -> Verdict {
        let mut looks = 0;
        server.wait_until("a client that only sends to be blocked", || {
            let before = self.sent;
            if let Err(error) = self.send() {
                return Some(Err(told(server, &error)));
            }
            let moves = self.sent > before || process::state(server.pid()) != Some('S');
            looks = if moves { 0 } else { looks + 1 };
            (looks == LOOKS || self.sent >= TOO_MUCH).then_some(Ok(()))
        })??;
        if self.sent < TOO_MUCH {
            return Ok(());
        }
        let what = format!("the server took {TOO_MUCH} bytes from a client that reads nothing");
        Err(Failure::new(what).of(server))
    }

    /// As much as is taken at once.
    fn send(&mut self) -> io::Result<()> {
        while self.sent < TOO_MUCH {
            match self.stream.write(&self.lines[self.sent % self.lines.len()..]) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn gets_everything(mut self, server: &Server) -> Verdict {
        let limit = Some(patience(STEP_SECONDS));
        let ready = self.stream.set_nonblocking(false);
        let ready = ready.and_then(|()| self.stream.set_read_timeout(limit));
        let ready = ready.and_then(|()| self.stream.shutdown(Shutdown::Write));
        ready.map_err(|error| told(server, &error))?;
        let expected = self.lines.iter().cycle().take(self.sent).copied();
        let mut expected = expected.collect::<Vec<u8>>().into_iter();
        let mut piece = vec![0; self.lines.len()];
        loop {
            let count = self.stream.read(&mut piece).map_err(|error| told(server, &error))?;
            let wanted: Vec<u8> = expected.by_ref().take(count.max(1)).collect();
            let what = "a client that reads late gets all that it has sent, and nothing else";
            expect_eq(server, what, wanted, &piece[..count])?;
            if count == 0 {
                return Ok(());
            }
        }
    }
}

fn told(server: &Server, error: &io::Error) -> Failure {
    let seen = match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Seen::Hung,
        ErrorKind::ConnectionRefused => Seen::Refused,
        ErrorKind::ConnectionReset => Seen::Reset,
        ErrorKind::BrokenPipe => Seen::ClosedEarly,
        _ => Seen::Machine,
    };
    Failure::new(format!("a client that sends much before it reads: {error}")).seen(seen).of(server)
}
