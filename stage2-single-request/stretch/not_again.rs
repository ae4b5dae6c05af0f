//! Stretch exercise, solved: not again. A page has an ETag, and who has that page already is told so.
//!
//! What is new: the server reads a field, for the first time. What it lacks: it makes the page before
//! it knows whether anybody wants it. Real servers take the tag from a file's time and size.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use stage1_echo::accept::make_blocking;
use stage1_echo::accept_errors::{AcceptRetry, recover};
use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::close::close_gently;
use stage2_single_request::date::http_date;
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::page::page;
use stage2_single_request::read_head::read_head;
use stage2_single_request::request_line::RequestLine;
use stage2_single_request::response::Response;

fn main() -> ExitCode {
    exit("stage2-stretch-not-again", run())
}

fn run() -> Result<(), Failure> {
    let Some([_quiet]) = flags("Stage 2 with an ETag for its page", ["--quiet"])? else {
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
    let page = page(&request);
    let date = http_date().map(|date| format!("Date: {date}\r\n")).unwrap_or_default();
    let tag = tag(&page);
    let always = format!("{date}ETag: {tag}\r\nConnection: close\r\n");
    if field(head, "if-none-match").is_some_and(|known| is_among(&tag, &known)) {
        return format!("HTTP/1.1 304 Not Modified\r\n{always}\r\n").into();
    }
    let length = page.len();
    let about = format!("Content-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n");
    let content = if request.method == "HEAD" { "" } else { &page };
    format!("HTTP/1.1 200 OK\r\n{always}{about}\r\n{content}").into()
}

/// Another page, another tag; the same page, the same one (RFC 9110 s8.8.3).
fn tag(page: &str) -> String {
    let mut hasher = DefaultHasher::new();
    page.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Whether `known`, a list of tags or `*`, has this tag. `W/` says that a tag is weak, which makes no
/// difference here (RFC 9110 s13.1.2).
fn is_among(tag: &str, known: &str) -> bool {
    known.trim() == "*" || known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

/// The values of the fields of that name, as one list.
fn field(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let fields = text.lines().skip(1).filter_map(|line| line.split_once(':'));
    let own = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
    let values: Vec<&str> = own.map(|(_, value)| value.trim()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}
