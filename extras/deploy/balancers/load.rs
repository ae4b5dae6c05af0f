//! Clients that ask all the time, each on a connection that persists, and what became of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use crate::client::{Answer, Client};

/// How many clients ask at the same time.
pub const CLIENTS: usize = 12;
/// How long the slow requests take, in ms: when a server is killed, it has some of them in hands.
const SLOW: u64 = 40;

/// A request that was not answered as it should have been.
pub struct Lost {
    /// What is asked for, which no other request asks for.
    pub target: String,
    pub is_post: bool,
    pub sent: Instant,
    pub ended: Instant,
    /// Whether the connection was closed instead of an answer.
    pub is_silent: bool,
    pub why: String,
}

/// What all clients share.
#[derive(Default)]
pub struct Load {
    is_over: AtomicBool,
    asked: AtomicUsize,
    posts: AtomicUsize,
    lost: Mutex<Vec<Lost>>,
    /// How many answers each server has given, by its port.
    answers: Mutex<BTreeMap<u16, usize>>,
}

impl Load {
    /// Lets the clients ask while `happening` goes on.
    pub fn during<T>(&self, to: SocketAddr, happening: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let clients: Vec<ScopedJoinHandle<()>> =
                (0..CLIENTS).map(|client| scope.spawn(move || self.ask(client, to))).collect();
            let over = Over(self); // also if it panics: the clients would never end
            let result = happening();
            drop(over);
            for client in clients {
                client.join().expect("a client only counts");
            }
            result
        })
    }

    /// How many requests were sent and are done with, one way or the other.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// How many of them were POSTs.
    pub fn posts(&self) -> usize {
        self.posts.load(Ordering::Relaxed)
    }

    /// How many answers of this server were seen.
    pub fn answers_of(&self, server: SocketAddr) -> usize {
        *lock(&self.answers).get(&server.port()).unwrap_or(&0)
    }

    /// Looks at what was lost so far.
    pub fn lost<T>(&self, look: impl FnOnce(&[Lost]) -> T) -> T {
        look(&lock(&self.lost))
    }

    fn ask(&self, number: usize, to: SocketAddr) {
        let mut client = Client::of(to);
        for turn in 0.. {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let request = Request::of(number, turn);
            let sent = Instant::now();
            let answer = client.ask(&request.bytes());
            let is_silent = answer.is_err();
            let judged = answer.map_err(|error| error.to_string());
            match judged.and_then(|answer| request.judge(&answer)) {
                Ok(Some(port)) => *lock(&self.answers).entry(port).or_default() += 1,
                Ok(None) => {}
                Err(why) => {
                    let (target, is_post, ended) =
                        (request.target, request.is_post, Instant::now());
                    let lost = Lost { target, is_post, sent, ended, is_silent, why };
                    lock(&self.lost).push(lost);
                }
            }
            self.posts.fetch_add(request.is_post.into(), Ordering::Relaxed);
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Over<'l>(&'l Load);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

/// One request, which no other one is like.
struct Request {
    target: String,
    is_post: bool,
    /// What a POST sends.
    content: String,
}

impl Request {
    /// Three of eight are POSTs, and two of eight are slow: one of each.
    fn of(client: usize, turn: usize) -> Request {
        let name = format!("n={client}-{turn}");
        let (path, is_post) = match turn % 8 {
            0 | 4 => ("/echo?".to_owned(), true),
            2 => (format!("/slow?ms={SLOW}&"), false),
            6 => (format!("/slow?ms={SLOW}&"), true),
            _ => ("/environ?".to_owned(), false),
        };
        let content = if is_post { format!("{name};").repeat(20) } else { String::new() };
        Request { target: path + &name, is_post, content }
    }

    fn bytes(&self) -> Vec<u8> {
        let Request { target, content, .. } = self;
        let fields = match self.is_post {
            true => format!("Content-Length: {}\r\n", content.len()),
            false => String::new(),
        };
        let method = if self.is_post { "POST" } else { "GET" };
        format!("{method} {target} HTTP/1.1\r\nHost: example.org\r\n{fields}\r\n{content}").into()
    }

    /// The port of the server that answered, if the answer names it.
    ///
    /// # Errors
    /// Why this is not the answer to this request.
    fn judge(&self, answer: &Answer) -> Result<Option<u16>, String> {
        let got = String::from_utf8_lossy(&answer.content);
        let wrong = || format!("status {}, content {:.300?}", answer.status, got);
        let (path, query) = self.target.split_once('?').unwrap_or_default();
        let value = |name: &str| got.lines().find_map(|line| line.strip_prefix(name));
        let is_right = match path {
            "/echo" => got == self.content,
            "/slow" => got == format!("waited {SLOW} ms\n"),
            _ => {
                value("QUERY_STRING=") == Some(query) && value("HTTP_HOST=") == Some("example.org")
            }
        };
        if answer.status != 200 || !is_right {
            return Err(wrong());
        }
        Ok(value("SERVER_PORT=").and_then(|port| port.parse().ok()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A list and a table are whole after each step, also when a thread panicked in between.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
