//! Stretch exercise, solved: a greeting by path. `/hello/J%C3%BCrgen` greets Jürgen.
//!
//! What is new: a request target is not text. Its percent-encoding stands for bytes, and only those
//! bytes may be text. What it lacks: a table of paths. Two of them are an `if`; more become a router.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use stage1_echo::accept::make_blocking;
use stage1_echo::accept_errors::{AcceptRetry, recover};
use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::close::close_gently;
use stage2_single_request::escape::html;
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::page::page;
use stage2_single_request::read_head::read_head;
use stage2_single_request::request_line::RequestLine;
use stage2_single_request::response::Response;

fn main() -> ExitCode {
    exit("stage2-stretch-greeting", run())
}

fn run() -> Result<(), Failure> {
    let Some([_quiet]) = flags("Stage 2 with a greeting: /hello/NAME", ["--quiet"])? else {
        return Ok(());
    };
    let patience = HeadPatience::sequential_from_env()?;
    let (listening, address) = listen_from_env(128)?;
    say(format_args!("listening on http://{address}"));
    let listening = TcpListener::from(listening);
    let mut retry = AcceptRetry::default();
    loop {
        match listening.accept() {
            Ok((connection, _)) => {
                retry.reset();
                // What goes wrong with one client is no business of the next.
                let _ = serve_connection(&connection, patience);
            }
            Err(error) => recover(&mut retry, error, &listening)?,
        }
    }
}

fn serve_connection(mut connection: &TcpStream, patience: HeadPatience) -> io::Result<()> {
    make_blocking(connection)?;
    let mut received = Vec::new();
    let answer = match read_head(connection, &mut received, patience) {
        Ok(None) => return Ok(()),
        Ok(Some(head)) => respond(&received[head]),
        Err(fault) => Response::refusal(&fault).to(&received),
    };
    connection.write_all(&answer)?;
    close_gently(connection);
    Ok(())
}

fn respond(head: &[u8]) -> Vec<u8> {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or(head);
    let request = match RequestLine::parse(line) {
        Ok(request) => request,
        Err(fault) => return Response::refusal(&fault).to(head),
    };
    let content = match request.target.strip_prefix(b"/hello/") {
        None => page(&request),
        Some(name) => match decoded(name).map(String::from_utf8) {
            Some(Ok(name)) => greeting(&name),
            _ => return Response::plain(400, "the name is no percent-encoded UTF-8").to(head),
        },
    };
    let content_type = "text/html; charset=utf-8";
    Response { status: 200, content_type, content: content.into() }.to(head)
}

fn greeting(name: &str) -> String {
    let name = html(name);
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Hello</title>\n<h1>Hello, {name}!</h1>\n"
    )
}

/// The bytes that a percent-encoded text stands for; `None` if a `%` is not followed by two hex
/// digits (RFC 3986 s2.1).
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = text.iter().copied();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => digit(bytes.next()?)? * 16 + digit(bytes.next()?)?,
            other => other,
        });
    }
    Some(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}
