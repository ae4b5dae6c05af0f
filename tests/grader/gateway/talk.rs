//! How the checks ask: one request a connection, and the connection is to end after it.

use crate::check::Verdict;
use crate::client::Client;
use crate::exchange::{answered, ask};
use crate::failure::Failure;
use crate::response::Response;
use crate::server::Server;

/// A request without content. `fields` are whole lines, each with its CRLF.
pub(crate) fn request(method: &str, target: &str, fields: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n")
}

/// `GET target`.
pub(crate) fn get(target: &str) -> String {
    request("GET", target, "")
}

/// `POST target` with content whose length is declared.
pub(crate) fn post(target: &str, content: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}\r\n", content.len());
    [request("POST", target, &length).as_bytes(), content].concat()
}

/// The answer to `GET target`, which has this status. Drop the client before the next one comes: a
/// server of one client at a time may be waiting for its end.
pub(crate) fn visit(
    server: &Server,
    target: &str,
    status: u16,
) -> Result<(Client, Response), Failure> {
    let (client, response) = ask(server, get(target))?;
    response.expect_status(&client, status)?;
    Ok((client, response))
}

/// The next client is served, whatever the last one did.
pub(crate) fn next_is_served(server: &Server) -> Verdict {
    answered(server, get("/hello"), 200)
}

/// The answer itself, after any interim ones.
pub(crate) fn final_response(client: &mut Client, method: &str) -> Result<Response, Failure> {
    loop {
        let response = client.response(method)?;
        if response.status >= 200 {
            return Ok(response);
        }
    }
}

/// The Content-Type in lower case; empty if there is not exactly one.
pub(crate) fn media_type(response: &Response) -> String {
    response.field("Content-Type").unwrap_or_default().to_ascii_lowercase()
}
