//! The content of a request as a body that may outlive the exchange, and the feeder that stays with
//! the exchange and reads for it. They talk in two channels: "more", and a piece.

use std::error::Error as StdError;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use stage3_gateway::gateway::error::Error;
use stage5_async::exchange::Exchange;
use tokio::sync::mpsc::{Receiver, Sender, channel};

type Piece = Result<Option<Bytes>, Box<dyn StdError + Send + Sync>>;

/// The service's side.
pub struct Content {
    more: Sender<()>,
    pieces: Receiver<Piece>,
    is_asked: bool,
    is_done: bool,
    /// How many bytes are still to come, if that is known.
    left: Option<u64>,
}

/// The exchange's side.
pub struct Feeder {
    more: Receiver<()>,
    pieces: Sender<Piece>,
    is_asked: bool,
    /// Nobody will ask any more.
    is_done: bool,
}

/// A body, and what feeds it.
pub fn pair(left: Option<u64>) -> (Content, Feeder) {
    let (ask, more) = channel(1);
    let (feed, pieces) = channel(1);
    let content = Content { more: ask, pieces, is_asked: false, is_done: left == Some(0), left };
    (content, Feeder { more, pieces: feed, is_asked: false, is_done: false })
}

// ANCHOR: body
impl Body for Content {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.is_done {
            return Poll::Ready(None);
        }
        if !self.is_asked {
            self.is_asked = self.more.try_send(()).is_ok(); // it has room: nothing else was asked
        }
        let piece = ready!(self.pieces.poll_recv(context));
        self.is_asked = false;
        match piece.unwrap_or_else(|| Err("the exchange is over".into())) {
            Ok(Some(piece)) => {
                self.left = self.left.map(|left| left.saturating_sub(piece.len() as u64));
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Ok(None) => {
                self.is_done = true;
                Poll::Ready(None)
            }
            Err(error) => {
                self.is_done = true;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
    // ANCHOR_END: body

    fn is_end_stream(&self) -> bool {
        self.is_done
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Feeder {
    /// Waits for `future`, and reads content meanwhile whenever the service asks for it.
    ///
    /// # Errors
    /// The content is at fault, or the client has gone: the service is told, and given up.
    pub async fn beside<F: Future>(
        &mut self,
        exchange: &mut Exchange<'_>,
        future: F,
    ) -> Result<F::Output, Error> {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                output = &mut future => return Ok(output),
                () = self.asked(), if !self.is_asked && !self.is_done => {}
                // Given up in the middle, it loses nothing: see `Exchange::read`.
                piece = exchange.read(), if self.is_asked => {
                    self.is_asked = false;
                    let piece = piece?.map(Bytes::from);
                    self.is_done = piece.is_none();
                    let _ = self.pieces.try_send(Ok(piece)); // nobody may want it any more
                }
            }
        }
    }

    async fn asked(&mut self) {
        match self.more.recv().await {
            Some(()) => self.is_asked = true,
            None => self.is_done = true,
        }
    }
}
