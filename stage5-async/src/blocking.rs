//! First reading: an application of stage 3, on a thread where it may block.
//!
//! The thread and the connection's task talk in messages. The thread does one thing at a time: it
//! hands over bytes of the response, or asks for content. So the task needs no more than a loop.

use std::io::{Cursor, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use stage3_gateway::gateway::application::Application;
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::gateway::run::run;
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::Asked;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::connection::{Answer, Request};
use crate::exchange::Exchange;
use crate::stop::Stop;
use crate::thread_io::{Ahead, ThreadInput, ThreadSink, no_thread, read_ahead};
use crate::threads::Threads;

/// How many messages may wait for the task: an application that is faster than its client stops
/// there.
const WAITING: usize = 2;

/// Answers with an application that may block.
pub struct Blocking {
    application: Arc<dyn Application>,
    threads: Threads,
}

impl Blocking {
    /// Answers with this application.
    pub fn new(application: Arc<dyn Application>) -> Blocking {
        Blocking { application, threads: Threads::default() }
    }
}

/// What the thread says to the task.
pub enum Message {
    /// Send these bytes.
    Bytes(Vec<u8>),
    /// Send me the next piece of content.
    Read,
    /// That was all.
    Done(Outcome),
}

/// A piece of content, or its end.
pub type Content = Result<Option<Vec<u8>>, Error>;

impl Answer for Blocking {
    // ANCHOR: answer
    async fn answer(&self, request: &Request<'_>, exchange: &mut Exchange<'_>) -> Outcome {
        let ahead = match read_ahead(exchange).await {
            Ok(ahead) => ahead,
            Err(error) => return exchange.end(Err(error)),
        };
        let (to_task, mut messages) = channel(WAITING);
        let (to_thread, content) = channel(1);
        let job = Job::new(self, request, exchange, ahead);
        self.threads.run(move || job.run(to_task, content));
        while let Ok(message) = next(&mut messages, exchange).await {
            match message {
                Message::Bytes(bytes) => match exchange.forward(&bytes).await {
                    Ok(()) => {}
                    Err(_) => break,
                },
                // The thread waits for it; if it is gone, the next message will say so.
                Message::Read => drop(to_thread.send(exchange.read().await).await),
                Message::Done(outcome) => return outcome,
            }
        }
        if messages.is_closed() && !exchange.has_begun() {
            return no_thread(request, exchange).await;
        }
        Outcome { status: 0, sent: 0, persistent: false }
    }
    // ANCHOR_END: answer
}

/// The next message. Whatever is to be sent is sent before waiting for it.
// ANCHOR: next
async fn next(
    messages: &mut Receiver<Message>,
    exchange: &mut Exchange<'_>,
) -> Result<Message, Error> {
    match messages.try_recv() {
        Ok(message) => return Ok(message),
        Err(TryRecvError::Empty) => exchange.flush().await?,
        Err(TryRecvError::Disconnected) => {}
    }
    messages.recv().await.ok_or_else(gone)
}
// ANCHOR_END: next

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
    // ANCHOR: job
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
    // ANCHOR_END: job

    /// Parses the head once more: it is cheaper to read it twice than to own all its parts, and an
    /// environ that borrows can't change threads with what it borrows from.
    // ANCHOR: run
    fn run(self, messages: Sender<Message>, content: Receiver<Content>) {
        let Ok(head) = Head::parse(&self.head) else { return };
        let has_all = AtomicBool::new(self.ahead.is_all);
        let ahead = Cursor::new(self.ahead.content);
        let input = ThreadInput { ahead, has_all: &has_all, messages: &messages, content };
        let (is_last, stop) = (self.is_last, &self.stop);
        let mut sink = ThreadSink { has_all: &has_all, messages: &messages, is_last, stop };
        let mut environ = Environ::new(&head, &self.server, self.client, Box::new(input));
        let outcome = run(&*self.application, &mut environ, Asked::by(&head), &mut sink);
        let _ = messages.blocking_send(Message::Done(outcome)); // the task may have given up
    }
    // ANCHOR_END: run
}

/// The other side of the channel is gone.
pub fn gone() -> Error {
    Error::Connection(ErrorKind::BrokenPipe.into())
}

#[cfg(test)]
mod tests;
