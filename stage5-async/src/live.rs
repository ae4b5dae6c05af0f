//! What WSGI can't say: an application that keeps thousands of clients waiting at no cost.
//!
//! `/` is a page that shows what others say, as they say it; `/events` is the stream behind it
//! (server-sent events, as the HTML standard defines them); a POST to `/say` says something. A
//! WSGI application would hold a thread for every client that listens.

use std::time::Duration;

use stage3_gateway::gateway::environ::Environ;
use stage3_gateway::gateway::error::Error;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Sender, channel};
use tokio::time::timeout;

use crate::direct::AsyncApplication;
use crate::exchange::Exchange;

/// How many messages a client may be behind before it misses some.
const BEHIND: usize = 64;
/// The longest message, in bytes.
const MESSAGE: usize = 1024;
/// How often a silent stream says that it is alive: so a client that has gone is noticed.
const ALIVE: Duration = Duration::from_secs(15);

const PAGE: &str = include_str!("live.html");
const TEXT: &[(&str, &[u8])] = &[("Content-Type", b"text/plain; charset=utf-8")];

/// The application.
#[derive(Debug, Clone)]
pub struct Live {
    messages: Sender<String>,
}

impl Live {
    /// A room in which nobody has said anything.
    pub fn new() -> Live {
        Live { messages: channel(BEHIND).0 }
    }
}

impl Default for Live {
    fn default() -> Live {
        Live::new()
    }
}

impl AsyncApplication for Live {
    // ANCHOR: call
    async fn call(&self, environ: &Environ<'_>, exchange: &mut Exchange<'_>) -> Result<(), Error> {
        let (method, path) = (environ.text("REQUEST_METHOD"), environ.text("PATH_INFO"));
        match (method.as_str(), path.as_str()) {
            ("GET" | "HEAD", "/") => {
                let fields: &[(&str, &[u8])] = &[("Content-Type", b"text/html; charset=utf-8")];
                exchange.respond("200 OK", fields, PAGE.as_bytes()).await
            }
            ("GET" | "HEAD", "/hello") => {
                exchange.respond("200 OK", TEXT, b"Hello world from Rust!\n").await
            }
            ("GET", "/events") => self.events(exchange).await,
            ("POST", "/say") => self.say(exchange).await,
            (_, "/" | "/hello" | "/events") => not_allowed(exchange, b"GET").await,
            (_, "/say") => not_allowed(exchange, b"POST").await,
            _ => exchange.respond("404 Not Found", TEXT, b"no such page\n").await,
        }
    }
    // ANCHOR_END: call
}

impl Live {
    /// Sends each message to the client as it is said, until the client leaves or the server stops.
    // ANCHOR: events
    async fn events(&self, exchange: &mut Exchange<'_>) -> Result<(), Error> {
        let mut messages = self.messages.subscribe();
        let fields: &[(&str, &[u8])] =
            &[("Content-Type", b"text/event-stream"), ("Cache-Control", b"no-store")];
        exchange.start("200 OK", fields)?;
        exchange.send(b": listening\n\n").await?;
        loop {
            let message = tokio::select! {
                message = timeout(ALIVE, messages.recv()) => message,
                () = exchange.stopping() => return Ok(()),
            };
            match message {
                Ok(Ok(message)) => exchange.send(event(&message).as_bytes()).await?,
                Ok(Err(RecvError::Lagged(missed))) => {
                    exchange.send(event(&format!("({missed} messages missed)")).as_bytes()).await?;
                }
                Ok(Err(RecvError::Closed)) => return Ok(()),
                Err(_) => exchange.send(b": alive\n\n").await?,
            }
        }
    }
    // ANCHOR_END: events

    async fn say(&self, exchange: &mut Exchange<'_>) -> Result<(), Error> {
        let mut message = Vec::new();
        while let Some(piece) = exchange.read().await? {
            message.extend_from_slice(&piece);
            if message.len() > MESSAGE {
                return exchange.respond("413 Content Too Large", TEXT, b"too long\n").await;
            }
        }
        let Ok(message) = String::from_utf8(message) else {
            return exchange.respond("400 Bad Request", TEXT, b"no UTF-8\n").await;
        };
        let listeners = self.messages.send(message).unwrap_or(0); // an error: nobody listens
        exchange.respond("200 OK", TEXT, format!("{listeners} heard it\n").as_bytes()).await
    }
}

async fn not_allowed(exchange: &mut Exchange<'_>, allowed: &[u8]) -> Result<(), Error> {
    let fields: &[(&str, &[u8])] = &[("Content-Type", b"text/plain"), ("Allow", allowed)];
    exchange.respond("405 Method Not Allowed", fields, b"no such method here\n").await
}

/// A message as an event: each of its lines is a `data` field, an empty line ends it.
fn event(message: &str) -> String {
    let message = message.replace("\r\n", "\n");
    let lines = message.split(['\n', '\r']).map(|line| format!("data: {line}\n"));
    lines.chain(["\n".to_string()]).collect()
}
