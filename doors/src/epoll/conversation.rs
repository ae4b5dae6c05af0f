//! One connection between two turns of the loop: where it stands, and what it has yet to say. It takes
//! a step when the kernel says that it can, and never waits.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use stage2_single_request::head_end::HeadEnd;
use stage2_single_request::limits::LINGER;
use stage2_single_request::response::Response as Page;
use stage3_gateway::connection::understand;
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::{self, Asked};
use stage3_gateway::input::CONTINUE;
use stage3_gateway::limits::{DISCARD, Patience};

const GREETING: &[u8] = b"Hello world from Rust!\n";
const TEXT: &[(&str, &[u8])] = &[("Content-Type", b"text/plain; charset=utf-8")];
/// How much is read in one step: one client must not keep the others waiting for long.
const PIECE: usize = 16 * 1024;

/// Where a conversation stands.
// ANCHOR: state
enum State {
    /// A head is to come, or the rest of one.
    Head(HeadEnd),
    /// Content is to come, which nobody wants; then the answer goes out.
    Content { decoder: Decoder, answer: Vec<u8>, goes_on: bool },
    /// The last answer is on its way.
    Last,
    /// All is said; whatever still comes is read and dropped, until the client closes too.
    Leaving,
}
// ANCHOR_END: state

/// What a conversation wants to be woken for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Read,
    Write,
    /// It is over.
    Nothing,
}

pub struct Conversation {
    pub stream: TcpStream,
    state: State,
    received: Vec<u8>,
    out: Vec<u8>,
    deadline: Instant,
}

impl Conversation {
    pub fn new(stream: TcpStream, patience: &Patience) -> io::Result<Conversation> {
        stream.set_nonblocking(true)?;
        let deadline = Instant::now() + patience.head.whole;
        let state = State::Head(HeadEnd::default());
        Ok(Conversation { stream, state, received: Vec::new(), out: Vec::new(), deadline })
    }

    pub fn is_late(&self, now: Instant) -> bool {
        now > self.deadline
    }

    /// Writing comes first: nothing is read while an answer waits for its client.
    pub fn wish(&self) -> Wish {
        if self.out.is_empty() { Wish::Read } else { Wish::Write }
    }

    // ANCHOR: step
    pub fn step(&mut self, patience: &Patience) -> Wish {
        let result = match self.wish() {
            Wish::Write => self.write(),
            _ => self.read(patience).and_then(|()| self.write()), // most often there is room
        };
        match result {
            Ok(()) => self.wish(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.wish(),
            Err(error) if error.kind() == ErrorKind::Interrupted => self.wish(),
            Err(_) => Wish::Nothing, // the client has gone
        }
    }
    // ANCHOR_END: step

    fn read(&mut self, patience: &Patience) -> io::Result<()> {
        let mut piece = [0; PIECE];
        let length = self.stream.read(&mut piece)?;
        if length == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if !matches!(self.state, State::Leaving) {
            self.received.extend_from_slice(&piece[..length]);
            while self.advance(patience) {}
        }
        Ok(())
    }

    /// Sends as much as the kernel takes. The rest waits until epoll says that there is room.
    // ANCHOR: write
    fn write(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            let taken = self.stream.write(&self.out)?;
            self.out.drain(..taken);
        }
        if matches!(self.state, State::Last) {
            self.stream.shutdown(Shutdown::Write)?;
            self.deadline = Instant::now() + LINGER;
            self.state = State::Leaving;
        }
        Ok(())
    }
    // ANCHOR_END: write

    /// Goes on with what was received. Returns whether there may be more to do with it.
    fn advance(&mut self, patience: &Patience) -> bool {
        let advanced = match &mut self.state {
            State::Head(_) => self.head(patience),
            State::Content { .. } => self.content(patience),
            State::Last | State::Leaving => Ok(false),
        };
        advanced.unwrap_or_else(|fault| {
            let page = Page::plain(fault.status(), fault);
            self.out.extend_from_slice(&[&page.head()[..], &page.content].concat());
            self.end(patience)
        })
    }

    fn head(&mut self, patience: &Patience) -> Result<bool, Fault> {
        let State::Head(end) = &mut self.state else { return Ok(false) };
        let Some(range) = end.find(&self.received)? else { return Ok(false) };
        let (head, decoder) = understand(&self.received[range.clone()], DISCARD)?;
        let (answer, goes_on) = answer(&head)?;
        if head.expects_continue && self.received.len() == range.end {
            self.out.extend_from_slice(CONTINUE);
        }
        self.state = State::Content { decoder, answer, goes_on };
        self.received.drain(..range.end);
        self.deadline = Instant::now() + patience.read_silence;
        Ok(true)
    }

    fn content(&mut self, patience: &Patience) -> Result<bool, Fault> {
        let State::Content { decoder, answer, goes_on } = &mut self.state else { return Ok(false) };
        while !decoder.is_done() {
            let taken = decoder.decode(&self.received)?.taken;
            if taken == 0 {
                return Ok(false);
            }
            self.received.drain(..taken);
        }
        self.out.append(answer);
        if !*goes_on {
            return Ok(self.end(patience));
        }
        self.state = State::Head(HeadEnd::default());
        self.deadline = Instant::now() + patience.idle;
        Ok(true)
    }

    fn end(&mut self, patience: &Patience) -> bool {
        self.state = State::Last;
        self.received.clear();
        self.deadline = Instant::now() + patience.write_silence;
        false
    }
}

/// The whole answer to a request, and whether the connection goes on after it.
fn answer(head: &Head) -> Result<(Vec<u8>, bool), Fault> {
    let (status, content) = match head.target.path {
        b"/hello" => ("200 OK", GREETING),
        _ => ("404 Not Found", &b"no such page; try /hello\n"[..]),
    };
    let mut out = Vec::new();
    let said = response::Head::new(status, TEXT).expect("nothing in it comes from outside");
    let mut encoder = said.send(Asked::by(head), Some(content.len() as u64), &mut out);
    encoder.piece(content, &mut out);
    let goes_on = encoder.finish(&mut out);
    Ok((out, goes_on))
}
