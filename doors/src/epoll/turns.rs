//! The loop: wait until somebody is ready, let each of them take a step, wait again.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, flags, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::limits::Patience;

use crate::conversation::{Conversation, Wish};

/// How many connections may be open: below the usual limit of 1024 descriptors.
const CONNECTIONS: usize = 1000;
/// How many events are fetched at once, and how often deadlines are looked at, in milliseconds.
const EVENTS: usize = 256;
const TICK: u16 = 250;

const HELP: &str = "\
door-epoll: one thread serves all connections; it knows the page /hello

Usage: door-epoll
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=5";

/// What epoll says of a connection is its descriptor's number.
type Key = u64;

struct Turns {
    epoll: Epoll,
    listening: TcpListener,
    conversations: HashMap<Key, Conversation>,
    patience: Patience,
    /// Whether new clients are let in at the moment.
    is_open: bool,
}

pub fn run() -> Result<(), Failure> {
    let Some([]) = flags(HELP, [])? else { return Ok(()) };
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let (listening, address) = listen_from_env(1024)?;
    let listening = TcpListener::from(listening);
    listening.set_nonblocking(true)?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(std::io::Error::from)?;
    let conversations = HashMap::new();
    let turns = Turns { epoll, listening, conversations, patience, is_open: true };
    say(format_args!("listening on http://{address}"));
    turns.serve()
}

impl Turns {
    // ANCHOR: serve
    fn serve(mut self) -> Result<(), Failure> {
        let door = self.listening.as_raw_fd() as Key;
        let mut events = [EpollEvent::empty(); EVENTS];
        self.epoll.add(&self.listening, EpollEvent::new(EpollFlags::EPOLLIN, door)).map_err(io)?;
        let mut tick = Instant::now();
        loop {
            let ready = match self.epoll.wait(&mut events, TICK) {
                Ok(ready) => ready,
                Err(Errno::EINTR) => 0,
                Err(error) => return Err(io(error)),
            };
            for event in &events[..ready] {
                match event.data() {
                    key if key == door => self.accept()?,
                    key => self.step(key)?,
                }
            }
            if tick.elapsed() >= Duration::from_millis(TICK.into()) {
                tick = Instant::now();
                self.conversations.retain(|_, one| !one.is_late(tick));
            }
            self.open_or_shut(door)?;
        }
    }
    // ANCHOR_END: serve

    /// One connection. If more are there, epoll says so again: it is level-triggered.
    fn accept(&mut self) -> Result<(), Failure> {
        match self.listening.accept() {
            Ok((stream, _)) => {
                let conversation = Conversation::new(stream, &self.patience)?;
                let key = conversation.stream.as_raw_fd() as Key;
                let event = EpollEvent::new(EpollFlags::EPOLLIN, key);
                self.epoll.add(&conversation.stream, event).map_err(io)?;
                self.conversations.insert(key, conversation);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            // When descriptors run out, this holds up everybody for a moment.
            Err(error) => Ok(outlive(error)?),
        }
    }

    /// Lets a connection do what it can do without waiting, and watches it for what it then wants.
    // ANCHOR: step
    fn step(&mut self, key: Key) -> Result<(), Failure> {
        let Some(conversation) = self.conversations.get_mut(&key) else { return Ok(()) };
        let before = conversation.wish();
        let after = conversation.step(&self.patience);
        let watched = match after {
            Wish::Read => EpollFlags::EPOLLIN,
            Wish::Write => EpollFlags::EPOLLOUT,
            Wish::Nothing => {
                self.conversations.remove(&key); // closing it also takes it out of epoll
                return Ok(());
            }
        };
        if after != before {
            let mut event = EpollEvent::new(watched, key);
            self.epoll.modify(&conversation.stream, &mut event).map_err(io)?;
        }
        Ok(())
    }
    // ANCHOR_END: step

    /// While there is no room, the listening socket is not watched: level-triggered, it would be
    /// reported in each turn, and the loop would never sleep.
    fn open_or_shut(&mut self, door: Key) -> Result<(), Failure> {
        let has_room = self.conversations.len() < CONNECTIONS;
        if has_room != self.is_open {
            let watched = if has_room { EpollFlags::EPOLLIN } else { EpollFlags::empty() };
            let mut event = EpollEvent::new(watched, door);
            self.epoll.modify(&self.listening, &mut event).map_err(io)?;
            self.is_open = has_room;
        }
        Ok(())
    }
}

fn io(error: Errno) -> Failure {
    std::io::Error::from(error).into()
}
