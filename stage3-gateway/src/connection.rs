//! First reading: one connection, one request: read it, understand it, let the application answer,
//! end. Stage 3 answers one client after the other, stage 4 serves each in a process of its own.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use stage1_echo::accept::make_blocking;
use stage2_single_request::close::close_gently;
use stage2_single_request::read_head::read_head;

use crate::gateway::application::Application;
use crate::gateway::environ::{Environ, Server};
use crate::gateway::run::run;
use crate::http::content::Decoder;
use crate::http::fault::Fault;
use crate::http::head::Head;
use crate::http::response::Asked;
use crate::input::ConnectionInput;
use crate::limits::Patience;
use crate::log::Log;
use crate::output::ConnectionOutput;
use crate::refuse::refuse;

/// All that a connection needs to be served.
#[derive(Clone)]
pub struct Service {
    /// What answers.
    pub application: Arc<dyn Application>,
    /// What the environ says about the server.
    pub server: Server,
    /// How long clients are waited for.
    pub patience: Patience,
    /// What is printed.
    pub log: Log,
}

/// Serves the one request of a connection, and ends it.
///
/// # Errors
/// The client has gone.
// ANCHOR: serve_connection
pub fn serve_connection(
    connection: &TcpStream,
    client: SocketAddr,
    service: &Service,
) -> io::Result<()> {
    if answer(connection, client, service)? {
        close_gently(connection);
    }
    Ok(())
}

/// Answers the one request of a connection; `false` if nobody was there to be answered.
///
/// # Errors
/// The client has gone.
pub fn answer(connection: &TcpStream, client: SocketAddr, service: &Service) -> io::Result<bool> {
    make_blocking(connection)?;
    let mut received = Vec::new();
    let head = match read_head(connection, &mut received, service.patience.head) {
        Ok(None) => return Ok(false),
        Ok(Some(head)) => head,
        Err(fault) => return refuse(connection, client, service, &received, &fault.into()),
    };
    let content = received.split_off(head.end);
    let bytes = &received[head.start..];
    let (head, decoder) = match understand(bytes, service.patience.content) {
        Ok(understood) => understood,
        Err(fault) => return refuse(connection, client, service, bytes, &fault),
    };
    service.log.received(bytes);
    let _ = connection.set_nodelay(true); // pieces go out as they come
    let begun = AtomicBool::new(false);
    let mut output = ConnectionOutput::new(connection, service, &begun);
    let mut input = ConnectionInput::new(connection, content, decoder, service, &head, &begun);
    let mut environ = Environ::new(&head, &service.server, client, Box::new(&mut input));
    let outcome = run(&*service.application, &mut environ, Asked::by(&head), &mut output);
    drop(environ);
    service.log.answered(client, bytes, outcome);
    Ok(true)
}
// ANCHOR_END: serve_connection

/// Understands a complete head, and prepares to decode the content behind it, of at most so many
/// bytes.
///
/// # Errors
/// What is wrong with the request, as far as its head tells.
// ANCHOR: understand
pub fn understand(bytes: &[u8], longest: u64) -> Result<(Head<'_>, Decoder), Fault> {
    let head = Head::parse(bytes)?;
    let decoder = Decoder::new(head.framing, longest)?;
    Ok((head, decoder))
}
// ANCHOR_END: understand
