//! Hardening: `wsgi.input` and the response, as an application on a thread has them: through
//! messages to and from the connection's task.

use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use stage2_single_request::response::Response as Page;
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::gateway::sink::Sink;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::blocking::{Content, Message, gone};
use crate::connection::Request;
use crate::exchange::Exchange;
use crate::limits::READ_AHEAD;
use crate::stop::Stop;

/// How large a piece of a response is at most while it waits for the client.
const PIECE: usize = 64 * 1024;

/// What is known of the content before a thread is taken.
pub struct Ahead {
    /// The content, or its beginning.
    pub content: Vec<u8>,
    /// Whether that is all of it.
    pub is_all: bool,
}

/// Reads as much content as a short request has, so that a slow client holds no thread. Content
/// that is long, or that the client keeps back until it is asked for, comes when the application
/// reads it.
///
/// # Errors
/// See [`Exchange::read`].
pub async fn read_ahead(exchange: &mut Exchange<'_>) -> Result<Ahead, Error> {
    let mut ahead = Ahead { content: Vec::new(), is_all: false };
    if exchange.incoming.expects_continue()
        || exchange.incoming.left().is_some_and(|left| left > READ_AHEAD)
    {
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

/// Tells a client that the system has no thread for its request (RFC 9110 s15.6.4).
pub async fn no_thread(request: &Request<'_>, exchange: &mut Exchange<'_>) -> Outcome {
    let page = Page::plain(503, "the server is too busy; try again later");
    let _ = exchange.forward(&page.to(request.bytes)).await; // if the client has gone, it is told nothing
    Outcome { status: page.status, sent: page.content.len() as u64, persistent: false }
}

/// `wsgi.input` on the thread: what was read ahead, then what the task reads on request.
pub struct ThreadInput<'t> {
    /// What has come and not been read.
    pub ahead: Cursor<Vec<u8>>,
    /// Whether the content has come to its end.
    pub has_all: &'t AtomicBool,
    /// To the task.
    pub messages: &'t Sender<Message>,
    /// From the task.
    pub content: Receiver<Content>,
}

impl Read for ThreadInput<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.ahead.read(buffer)?;
        if length > 0 || buffer.is_empty() || self.has_all.load(Ordering::Relaxed) {
            return Ok(length);
        }
        let asked = self.messages.blocking_send(Message::Read).ok();
        match asked.and_then(|()| self.content.blocking_recv()).ok_or_else(gone)?? {
            Some(piece) => self.ahead = Cursor::new(piece),
            None => self.has_all.store(true, Ordering::Relaxed),
        }
        self.ahead.read(buffer)
    }
}

/// The response on the thread: it goes to the task, which sends it.
pub struct ThreadSink<'t> {
    /// Whether the content has come to its end.
    pub has_all: &'t AtomicBool,
    /// To the task.
    pub messages: &'t Sender<Message>,
    /// Whether the connection ends with this response anyway.
    pub is_last: bool,
    /// What tells that the server is stopping.
    pub stop: &'t Stop,
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
