//! One request and its answer, on a connection of their own.

use crate::check::Verdict;
use crate::client::Client;
use crate::failure::Failure;
use crate::response::Response;
use crate::server::Server;

/// Sends `request` and reads the answer. The connection comes along, so that its end can be seen.
///
/// # Errors
///
/// As for [`Client::send`] and [`Client::response`].
pub fn ask(server: &Server, request: impl AsRef<[u8]>) -> Result<(Client, Response), Failure> {
    let request = request.as_ref();
    let mut client = server.connect()?;
    client.send(request)?;
    let response = client.response(&method(request))?;
    Ok((client, response))
}

/// Asks for `target` with GET in HTTP/1.1.
///
/// # Errors
///
/// As for [`ask`].
pub fn get(server: &Server, target: &str) -> Result<(Client, Response), Failure> {
    ask(server, format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
}

/// Fails unless the answer to `request` has this status, and the connection ends after it.
///
/// # Errors
///
/// Another status, no end, or what [`ask`] says.
pub fn answered(server: &Server, request: impl AsRef<[u8]>, status: u16) -> Verdict {
    let (mut client, response) = ask(server, request)?;
    response.expect_status(&client, status)?;
    client.sees_end()
}

/// The method of a request, after the empty lines that may come before it.
#[must_use]
pub fn method(request: &[u8]) -> String {
    let start = request.trim_ascii_start();
    let method = start.split(|&byte| byte == b' ').next().unwrap_or_default();
    String::from_utf8_lossy(method).into_owned()
}

#[cfg(test)]
mod tests {
    use super::method;

    #[test]
    fn an_empty_line_is_no_method() {
        assert_eq!(method(b"\r\nHEAD / HTTP/1.1\r\n\r\n"), "HEAD");
        assert_eq!(method(b""), "");
    }
}
