//! First reading: one client after the other: read, decide, answer, close.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};

use stage1_echo::accept::make_blocking;
use stage1_echo::accept_errors::{AcceptRetry, recover};

use crate::close::close_gently;
use crate::fault::Fault;
use crate::limits::{HeadPatience, WRITE};
use crate::log;
use crate::page::page;
use crate::read_head::read_head;
use crate::request_line::RequestLine;
use crate::response::Response;

/// How the server goes about its work.
#[derive(Debug)]
pub struct Settings {
    /// How long it waits for a head.
    pub patience: HeadPatience,
    /// Whether it keeps the heads to itself.
    pub quiet: bool,
}

/// Serves one client at a time, forever.
///
/// # Errors
/// Returns only when the listening socket itself is of no more use.
// ANCHOR: serve
pub fn serve(listening: &TcpListener, settings: &Settings) -> io::Result<()> {
    let mut retry = AcceptRetry::default();
    loop {
        match listening.accept() {
            Ok((connection, _)) => {
                retry.reset();
                // What goes wrong here is this client's affair: on to the next.
                let _ = serve_connection(&connection, settings);
            }
            Err(error) => recover(&mut retry, error, listening)?,
        }
    }
}

/// Reads one request, answers it, and ends the connection.
fn serve_connection(mut connection: &TcpStream, settings: &Settings) -> io::Result<()> {
    make_blocking(connection)?;
    let mut received = Vec::new();
    let (end, request) = match read_head(connection, &mut received, settings.patience) {
        Ok(None) => return Ok(()),
        Ok(Some(head)) => (head.end, understand(&received[head])),
        Err(fault) => (received.len(), Err(fault)),
    };
    let response = respond(&request);
    if !settings.quiet {
        log::received(&received[..end]);
        log::sent(&response.head());
    }
    connection.set_write_timeout(Some(WRITE))?;
    connection.write_all(&response.to(&received))?;
    close_gently(connection);
    Ok(())
}
// ANCHOR_END: serve

/// What a head asks for. Its fields are not looked at: this server has no use for them yet.
// ANCHOR: understand
fn understand(head: &[u8]) -> Result<RequestLine<'_>, Fault> {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or(head);
    let request = RequestLine::parse(line)?;
    match request.method {
        "GET" | "HEAD" => Ok(request),
        other => Err(Fault::UnknownMethod(other.as_bytes().to_vec())),
    }
}
// ANCHOR_END: understand

// ANCHOR: respond
fn respond(request: &Result<RequestLine, Fault>) -> Response {
    match request {
        Ok(request) => Response {
            status: 200,
            content_type: "text/html; charset=utf-8",
            content: page(request).into_bytes(),
        },
        Err(fault) => Response::refusal(fault),
    }
}
// ANCHOR_END: respond
