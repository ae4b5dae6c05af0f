//! Bonus: an async application, which waits as long as it is asked to and holds no thread meanwhile.

use std::io;
use std::time::Duration;

use stage2_single_request::response::Response as Page;
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::{Outcome, Response};
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::Asked;
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::broken;
use crate::respond::Conversation;

const TEXT: &[(&str, &[u8])] = &[("Content-Type", b"text/plain")];

/// `/slow?ms=N` waits so long, and says so.
pub async fn answer(it: &mut Conversation, head: Vec<u8>) -> io::Result<bool> {
    let Some(milliseconds) = milliseconds(&head) else {
        return send(it, &head, "404 Not Found", "only /slow?ms=N is here\n").await;
    };
    wait(Duration::from_millis(milliseconds)).await;
    send(it, &head, "200 OK", &format!("waited {milliseconds} ms\n")).await
}

async fn wait(time: Duration) {
    match () {
        () if broken("async-does-not-wait") => {}
        () if broken("async-blocks-the-loop") => std::thread::sleep(time),
        () if broken("async-on-a-blocking-thread") => {
            let _ = spawn_blocking(move || std::thread::sleep(time)).await;
        }
        () if broken("async-on-a-thread") => {
            let (done, waits) = oneshot::channel();
            std::thread::spawn(move || {
                std::thread::sleep(time);
                let _ = done.send(()); // the client may have gone
            });
            let _ = waits.await;
        }
        () => sleep(time).await,
    }
}

/// The N of `/slow?ms=N`.
fn milliseconds(head: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    line.split(' ').nth(1)?.strip_prefix("/slow?ms=")?.parse().ok()
}

/// The answer in the framing of stage 3, which knows whether the connection can go on.
async fn send(it: &mut Conversation, head: &[u8], status: &str, text: &str) -> io::Result<bool> {
    if broken("async-says-close") {
        it.wire.write_all(&Page::plain(200, text).to(head)).await?;
        it.wire.flush().await?;
        return Ok(false);
    }
    let mut bytes = Vec::new();
    let outcome = frame(it, head, status, text, &mut bytes).map_err(io::Error::other)?;
    it.shared.service.log.answered(it.client, head, outcome);
    it.wire.write_all(&bytes).await?;
    it.wire.flush().await?;
    Ok(outcome.persistent)
}

fn frame(
    it: &Conversation,
    head: &[u8],
    status: &str,
    text: &str,
    bytes: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    let head = Head::parse(head).map_err(|_| Error::Rule("the head was understood before"))?;
    let mut response = Response::new(Asked::by(&head));
    if *it.stop.borrow() {
        response.close();
    }
    response.start(status, TEXT, None)?;
    response.piece(text.as_bytes(), Some(text.len() as u64), bytes)?;
    Ok(response.end(Ok(()), bytes))
}
