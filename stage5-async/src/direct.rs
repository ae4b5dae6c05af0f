//! First reading: an application that never blocks, in the connection's own task.
//!
//! WSGI is a call: while it lasts, it holds its caller. An async application is a future: while it
//! waits, it holds its own state and no thread, so that thousands can wait at the same time.

use std::future::poll_fn;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use stage3_gateway::gateway::environ::Environ;
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;

use crate::connection::{Answer, Request};
use crate::exchange::Exchange;

/// What a server runs in place of an [`Application`] when waiting must cost nothing. It reads and
/// answers through the exchange; `wsgi.input` of its environ is empty.
///
/// [`Application`]: stage3_gateway::gateway::application::Application
// ANCHOR: trait
pub trait AsyncApplication: Send + Sync + 'static {
    /// Answers one request. It must never block: everybody else would wait.
    ///
    /// # Errors
    /// What kept the application from answering. The client gets a 500 without details.
    fn call(
        &self,
        environ: &Environ<'_>,
        exchange: &mut Exchange<'_>,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}
// ANCHOR_END: trait

/// Answers with an application that never blocks.
#[derive(Debug)]
pub struct Direct<A>(pub A);

impl<A: AsyncApplication> Answer for Direct<A> {
    // ANCHOR: answer
    async fn answer(&self, request: &Request<'_>, exchange: &mut Exchange<'_>) -> Outcome {
        let input = Box::new(io::empty());
        let environ = Environ::new(request.head, request.server, request.client, input);
        let result = guarded(pin!(self.0.call(&environ, exchange))).await;
        exchange.end(result)
    }
}

/// A panic in an application ends one request and not the connection's task.
///
/// # Errors
/// What the call answers; `Panic` if it panicked.
pub async fn guarded<F>(mut call: Pin<&mut F>) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>>,
{
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.unwrap_or(Poll::Ready(Err(Error::Panic)))
    })
    .await
}
// ANCHOR_END: answer
