//! The loop: wait until somebody is ready, let each of them take a step, wait again.

use std::collections::HashMap;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use stage1_echo::accept_errors::{AcceptRetry, Next, PAUSE};
use stage1_echo::contract::{Failure, flags, listen_from_env};
use stage1_echo::terminal::{say, warn};
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
    accepting: AcceptRetry,
    /// `accept` is left alone until then.
    paused: Option<Instant>,
    /// What has been said of connections that can't be watched.
    unwatched: AcceptRetry,
}

pub fn run() -> Result<(), Failure> {
    let Some([]) = flags(HELP, [])? else { return Ok(()) };
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let (listening, address) = listen_from_env(1024)?;
    let listening = TcpListener::from(listening);
    listening.set_nonblocking(true)?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(io::Error::from)?;
    let turns = Turns {
        epoll,
        listening,
        conversations: HashMap::new(),
        patience,
        is_open: true,
        accepting: AcceptRetry::default(),
        paused: None,
        unwatched: AcceptRetry::default(),
    };
    say(format_args!("listening on http://{address}"));
    turns.serve()
}

impl Turns {
    // ANCHOR: serve
    fn serve(mut self) -> Result<(), Failure> {
        let door = self.listening.as_raw_fd() as Key;
        let mut events = [EpollEvent::empty(); EVENTS];
        self.epoll
            .add(&self.listening, EpollEvent::new(EpollFlags::EPOLLIN, door))
            .map_err(io::Error::from)?;
        let mut tick = Instant::now();
        loop {
            let ready = match self.epoll.wait(&mut events, TICK) {
                Ok(ready) => ready,
                Err(Errno::EINTR) => 0,
                Err(error) => return Err(io::Error::from(error).into()),
            };
            for event in &events[..ready] {
                match event.data() {
                    key if key == door => self.accept()?,
                    key => self.step(key),
                }
            }
            if tick.elapsed() >= Duration::from_millis(TICK.into()) {
                tick = Instant::now();
                self.conversations.retain(|_, one| !one.is_late(tick));
            }
            self.open_or_shut(door);
        }
    }
    // ANCHOR_END: serve

    /// One connection. If more are there, epoll says so again: it is level-triggered.
    fn accept(&mut self) -> Result<(), Failure> {
        match self.listening.accept() {
            Ok((stream, _)) => {
                self.accepting.reset();
                match self.watch(stream) {
                    Ok(()) => self.unwatched.reset(),
                    // One client is lost. The connection has been dropped, and so is closed.
                    Err(error) => {
                        if self.unwatched.pause(&error).is_new {
                            warn(format_args!("accept: {error}: clients are lost"));
                        }
                    }
                }
            }
            Err(error) => match self.accepting.after(&error) {
                Next::Accept | Next::WaitForClient => {}
                // Nobody is held up: the listening socket is not watched for so long.
                Next::Pause(pause) => {
                    pause.report("accept", &error);
                    self.paused = Some(Instant::now() + pause.time);
                }
                Next::Stop => return Err(error.into()),
            },
        }
        Ok(())
    }

    fn watch(&mut self, stream: TcpStream) -> io::Result<()> {
        let conversation = Conversation::new(stream, &self.patience)?;
        let key = conversation.stream.as_raw_fd() as Key;
        let event = EpollEvent::new(EpollFlags::EPOLLIN, key);
        self.epoll.add(&conversation.stream, event)?;
        self.conversations.insert(key, conversation);
        Ok(())
    }

    /// Lets a connection do what it can do without waiting, and watches it for what it then wants.
    // ANCHOR: step
    fn step(&mut self, key: Key) {
        let Some(conversation) = self.conversations.get_mut(&key) else { return };
        let before = conversation.wish();
        let after = conversation.step(&self.patience);
        let watched = match after {
            Wish::Read => EpollFlags::EPOLLIN,
            Wish::Write => EpollFlags::EPOLLOUT,
            Wish::Nothing => {
                self.conversations.remove(&key); // closing it also takes it out of epoll
                return;
            }
        };
        if after != before {
            let mut event = EpollEvent::new(watched, key);
            if self.epoll.modify(&conversation.stream, &mut event).is_err() {
                self.conversations.remove(&key); // it would never be heard of again
            }
        }
    }
    // ANCHOR_END: step

    /// While there is no room, or a pause after an error, the listening socket is not watched:
    /// level-triggered, it would be reported in each turn, and the loop would never sleep.
    fn open_or_shut(&mut self, door: Key) {
        self.paused = self.paused.filter(|until| Instant::now() < *until);
        let is_open = self.paused.is_none() && self.conversations.len() < CONNECTIONS;
        if is_open != self.is_open {
            let watched = if is_open { EpollFlags::EPOLLIN } else { EpollFlags::empty() };
            let mut event = EpollEvent::new(watched, door);
            if self.epoll.modify(&self.listening, &mut event).is_ok() {
                self.is_open = is_open;
            } else {
                sleep(PAUSE); // then in the next turn
            }
        }
    }
}
