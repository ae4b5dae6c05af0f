//! First reading: an application of stage 3, on a thread where it may block.
//!
//! The thread and the connection's task talk in messages. The thread does one thing at a time: it
//! hands over bytes of the response, or asks for content. So the task needs no more than a loop.

use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stage3_gateway::gateway::application::Application;
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::gateway::run::{Sink, run};
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::Asked;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use crate::connection::{Answer, Request};
use crate::exchange::Exchange;
use crate::limits::READ_AHEAD;
use crate::stop::Stop;

/// How many pieces of a response may wait for the client, and how large each is at most. An
/// application that is faster than its client stops there.
const PIECES: usize = 2;
const PIECE: usize = 64 * 1024;

/// Answers with an application that may block.
pub struct Blocking {
    /// The application.
    pub application: Arc<dyn Application>,
}

/// What the thread says to the task.
enum Message {
    /// Send these bytes.
    Bytes(Vec<u8>),
    /// Send me the next piece of content.
    Read,
    /// That was all.
    Done(Outcome),
}

/// A piece of content, or its end.
type Content = Result<Option<Vec<u8>>, Error>;

impl Answer for Blocking {
    // ANCHOR: answer
    async fn answer(&self, request: &Request<'_>, exchange: &mut Exchange<'_>) -> Outcome {
        let ahead = match read_ahead(exchange).await {
            Ok(ahead) => ahead,
            Err(error) => return exchange.end(Err(error)),
        };
        let (to_task, mut messages) = channel(PIECES);
        let (to_thread, content) = channel(1);
        let job = Job::new(self, request, exchange, ahead);
        spawn_blocking(move || job.run(to_task, content));
        while let Ok(message) = next(&mut messages, exchange).await {
            match message {
                Message::Bytes(bytes) => exchange.forward(&bytes),
                // The thread waits for it; if it is gone, the next message will say so.
                Message::Read => drop(to_thread.send(exchange.read().await).await),
                Message::Done(outcome) => return outcome,
            }
        }
        Outcome { status: 0, sent: 0, persistent: false }
    }
    // ANCHOR_END: answer
}

/// The next message. Whatever is to be sent is sent before waiting for it.
async fn next(
    messages: &mut Receiver<Message>,
    exchange: &mut Exchange<'_>,
) -> io::Result<Message> {
    match messages.try_recv() {
        Ok(message) => return Ok(message),
        Err(TryRecvError::Empty) => exchange.flush().await?,
        Err(TryRecvError::Disconnected) => {}
    }
    messages.recv().await.ok_or(ErrorKind::BrokenPipe.into())
}

/// What is known of the content before a thread is taken: as much as a short request has, so that
/// a slow client holds no thread. Content that the client keeps back until it is asked for, or
/// that is long, comes when the application reads it.
async fn read_ahead(exchange: &mut Exchange<'_>) -> Result<Ahead, Error> {
    let mut ahead = Ahead { content: Vec::new(), is_all: false };
    if exchange.expects_continue() || exchange.left().is_some_and(|left| left > READ_AHEAD) {
        return Ok(ahead);
    }
    while ahead.content.len() as u64 <= READ_AHEAD && !ahead.is_all {
        match exchange.read().await? {
            Some(piece) => ahead.content.extend_from_slice(&piece),
            None => ahead.is_all = true,
        }
    }
    Ok(ahead)
}

struct Ahead {
    content: Vec<u8>,
    is_all: bool,
}

/// All that the thread needs, none of it borrowed from the task.
struct Job {
    application: Arc<dyn Application>,
    head: Vec<u8>,
    server: Server,
    client: SocketAddr,
    is_last: bool,
    stop: Stop,
    ahead: Ahead,
}

impl Job {
    fn new(blocking: &Blocking, request: &Request, exchange: &Exchange, ahead: Ahead) -> Job {
        Job {
            application: blocking.application.clone(),
            head: request.bytes.to_vec(),
            server: request.server.clone(),
            client: request.client,
            is_last: exchange.is_last(),
            stop: exchange.stop().clone(),
            ahead,
        }
    }

    /// Parses the head once more: it is cheaper to read it twice than to own all its parts, and an
    /// environ that borrows can't change threads with what it borrows from.
    fn run(self, messages: Sender<Message>, content: Receiver<Content>) {
        let Ok(head) = Head::parse(&self.head) else { return };
        let has_all = AtomicBool::new(self.ahead.is_all);
        let ahead = io::Cursor::new(self.ahead.content);
        let input = ThreadInput { ahead, has_all: &has_all, messages: &messages, content };
        let (is_last, stop) = (self.is_last, &self.stop);
        let mut sink = ThreadSink { has_all: &has_all, messages: &messages, is_last, stop };
        let mut environ = Environ::new(&head, &self.server, self.client, Box::new(input));
        let outcome = run(&*self.application, &mut environ, Asked::by(&head), &mut sink);
        let _ = messages.blocking_send(Message::Done(outcome)); // the task may have given up
    }
}

/// `wsgi.input` on the thread: what was read ahead, then what the task reads on request.
struct ThreadInput<'t> {
    ahead: io::Cursor<Vec<u8>>,
    /// Whether the content has come to its end.
    has_all: &'t AtomicBool,
    messages: &'t Sender<Message>,
    content: Receiver<Content>,
}

impl Read for ThreadInput<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.ahead.read(buffer)?;
        if length > 0 || buffer.is_empty() || self.has_all.load(Ordering::Relaxed) {
            return Ok(length);
        }
        let asked = self.messages.blocking_send(Message::Read).ok();
        match asked.and_then(|()| self.content.blocking_recv()).ok_or_else(gone)?? {
            Some(piece) => self.ahead = io::Cursor::new(piece),
            None => self.has_all.store(true, Ordering::Relaxed),
        }
        self.ahead.read(buffer)
    }
}

/// The response on the thread: it goes to the task, which sends it.
struct ThreadSink<'t> {
    has_all: &'t AtomicBool,
    messages: &'t Sender<Message>,
    is_last: bool,
    stop: &'t Stop,
}

impl Sink for ThreadSink<'_> {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        bytes.chunks(PIECE).try_for_each(|piece| {
            let sent = self.messages.blocking_send(Message::Bytes(piece.to_vec()));
            sent.map_err(|_| ErrorKind::BrokenPipe.into())
        })
    }

    /// Content that nobody has read may be long: then the client must not count on a next request.
    fn persists(&self) -> bool {
        self.has_all.load(Ordering::Relaxed) && !self.is_last && !self.stop.is_stopping()
    }
}

fn gone() -> Error {
    Error::Connection(ErrorKind::BrokenPipe.into())
}
