//! First reading: one request and its response on a connection, as an async application sees them.
//! How the server ends it is in `exchange/server_side.rs`.

mod server_side;

use stage3_gateway::gateway::error::{Error, ExcInfo};
use stage3_gateway::gateway::response::Response;
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::Asked;

use crate::incoming::Incoming;
use crate::stop::Stop;
use crate::wire::Wire;

/// One request and its response: content comes in, status, fields and content go out.
#[derive(Debug)]
pub struct Exchange<'c> {
    wire: &'c mut Wire,
    /// What is still to come of the request.
    pub incoming: Incoming<'c>,
    response: Response,
    /// Whether a response that is framed elsewhere is on its way.
    is_forwarding: bool,
    is_last: bool,
    stop: &'c mut Stop,
}

impl<'c> Exchange<'c> {
    /// The exchange that a head begins. After the last one the connection ends.
    // ANCHOR: new
    pub fn new(
        wire: &'c mut Wire,
        head: &Head,
        incoming: Incoming<'c>,
        is_last: bool,
        stop: &'c mut Stop,
    ) -> Exchange<'c> {
        wire.begin();
        let response = Response::new(Asked::by(head));
        Exchange { wire, incoming, response, is_forwarding: false, is_last, stop }
    }
    // ANCHOR_END: new

    /// The next piece of the request's content; `None` at its end.
    ///
    /// # Errors
    /// `Request` if the content is at fault, `Connection` if the client has gone.
    // ANCHOR: read
    pub async fn read(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let may_ask = !self.response.is_sending() && !self.is_forwarding;
        self.incoming.read(self.wire, may_ask).await
    }
    // ANCHOR_END: read

    /// Begins a response whose content comes piece by piece. The head goes out with the first.
    ///
    /// # Errors
    /// See [`Response::start`].
    pub fn start(&mut self, status: &str, fields: &[(&str, &[u8])]) -> Result<(), Error> {
        self.restart(status, fields, None)
    }

    /// Begins a response, in place of one that was begun and not sent.
    ///
    /// # Errors
    /// See [`Response::start`].
    pub fn restart(
        &mut self,
        status: &str,
        fields: &[(&str, &[u8])],
        exc_info: Option<ExcInfo>,
    ) -> Result<(), Error> {
        self.response.start(status, fields, exc_info)
    }

    /// Sends a piece of content, and returns when the client's kernel, or ours, has room for more:
    /// a client that does not read stops the application here, and nobody else.
    ///
    /// # Errors
    /// `Rule` before `start`, `Connection` if the client has gone.
    // ANCHOR: send
    pub async fn send(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.announce();
        self.response.piece(piece, None, &mut self.wire.out)?;
        self.flush().await
    }
    // ANCHOR_END: send

    /// Answers with content that is all there. It goes out together with the answers to other
    /// requests that the client has sent ahead.
    ///
    /// # Errors
    /// See [`Response::start`]; `Connection` if the client has gone.
    // ANCHOR: respond
    pub async fn respond(
        &mut self,
        status: &str,
        fields: &[(&str, &[u8])],
        content: &[u8],
    ) -> Result<(), Error> {
        self.response.start(status, fields, None)?;
        self.announce();
        self.response.piece(content, Some(content.len() as u64), &mut self.wire.out)?;
        self.flush_if_large().await
    }
    // ANCHOR_END: respond

    /// Sends what has been appended.
    ///
    /// # Errors
    /// `Connection` if the client has gone.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.wire.flush().await.map_err(Error::Connection)
    }

    /// Returns once the server is stopping: answers without an end of their own should end then.
    pub async fn stopping(&mut self) {
        self.stop.stopping().await;
    }
}
