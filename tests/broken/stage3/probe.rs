//! The application at the bottom of the starter, as it is: nothing in it is wrong by a switch.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::{Answer, Body, Environ, Error, StartResponse};

/// How many bodies were closed.
static CLOSED: AtomicU64 = AtomicU64::new(0);

/// The one kind of body that it has.
struct Pieces(Box<dyn Iterator<Item = Result<Vec<u8>, Error>>>);

impl Iterator for Pieces {
    type Item = Result<Vec<u8>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl Body for Pieces {
    fn close(&mut self) {
        CLOSED.fetch_add(1, Ordering::Relaxed);
    }
}

type Fields = &'static [(&'static str, &'static str)];
const TEXT: Fields = &[("Content-Type", "text/plain")];
const HTML: Fields = &[("Content-Type", "text/html; charset=utf-8")];
const BYTES: Fields = &[("Content-Type", "application/octet-stream")];
const FIVE: Fields = &[("content-length", "5")];
const TEN: Fields = &[("Content-Length", "10")];
const EVIL: Fields = &[("X-A", "a\r\nX-Evil: 1")];
const FIRST: Fields = &[("X-Answer", "first"), ("Content-Length", "3")];

pub fn probe(
    environ: &Environ,
    input: &mut dyn Read,
    start_response: &mut StartResponse,
) -> Answer {
    let path = text(environ, "PATH_INFO");
    let mut say = |status: &str, fields, content: &str| {
        start_response(status, fields, None)?;
        pieces([Ok(content.into())])
    };
    match path.as_str() {
        "/hello" => say("200 OK", TEXT, "Hello world from Rust!\n"),
        "/form" => say("200 OK", HTML, "<!doctype html><form></form>\n"),
        "/closed" => say("200 OK", TEXT, &CLOSED.load(Ordering::Relaxed).to_string()),
        "/cl-short" => say("200 OK", TEN, "12345"),
        "/cl-long" => say("200 OK", FIVE, "1234567890"),
        "/inject" => say("200 OK", EVIL, "did you get X-Evil?\n"),
        "/status/204" | "/status/304" => {
            let reason = text(environ, "QUERY_STRING");
            say(&format!("{} None {reason}", &path[8..]), &[], "hidden\n")
        }
        "/raise" => Err("/raise fails before any output".into()),
        "/panic" => panic!("/panic panics before any output"),
        "/never" => pieces([Ok("what is this?\n".into())]),
        "/environ" | "/echo" | "/half-read" => asked(&path, environ, input, start_response),
        "/big" | "/stream" => many(&path, environ, start_response),
        "/raise-first" | "/raise-empty" | "/raise-late" | "/panic-late" => {
            late(&path, start_response)
        }
        "/write" | "/twice" | "/exc" | "/exc-late" => again(&path, start_response),
        _ if path.starts_with("/environ") => asked("/environ", environ, input, start_response),
        _ if path.starts_with("/fields") => with_fields(&path, environ, start_response),
        _ if path.starts_with("/status/") => say(&(path[8..].to_owned() + " Why Not"), TEXT, &path),
        _ => {
            io::copy(input, &mut io::sink())?;
            say("404 Not Found", TEXT, "there is nothing here\n")
        }
    }
}

fn text(environ: &Environ, name: &str) -> String {
    environ.get(name).map(|value| String::from_utf8_lossy(value).into()).unwrap_or_default()
}

fn pieces<P>(pieces: P) -> Answer
where
    P: IntoIterator<Item = Result<Vec<u8>, Error>, IntoIter: 'static>,
{
    Ok(Box::new(Pieces(Box::new(pieces.into_iter()))))
}

/// Answers that depend on the request.
fn asked(
    path: &str,
    environ: &Environ,
    input: &mut dyn Read,
    start_response: &mut StartResponse,
) -> Answer {
    let mut content = Vec::new();
    match path {
        "/environ" => {
            for (name, value) in environ {
                content.extend([name.as_bytes(), b"=", value, b"\n"].concat());
            }
            start_response("200 OK", TEXT, None)?;
        }
        "/half-read" => {
            let length: u64 = text(environ, "CONTENT_LENGTH").parse().unwrap_or(0);
            let read = input.take(length / 2).read_to_end(&mut content)?;
            content = format!("read {read} of {length} bytes\n").into();
            start_response("200 OK", TEXT, None)?;
        }
        _ if text(environ, "REQUEST_METHOD") == "POST" => {
            input.read_to_end(&mut content)?;
            start_response("200 OK", BYTES, None)?;
        }
        _ => _ = start_response("405 Method Not Allowed", &[("Allow", "POST")], None)?,
    }
    pieces([Ok(content)])
}

/// Answers of many pieces: `/big?n=N`, `/stream?ms=N`.
fn many(path: &str, environ: &Environ, start_response: &mut StartResponse) -> Answer {
    let query = text(environ, "QUERY_STRING");
    let number: u64 = query.split('=').nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
    if path == "/big" {
        start_response("200 OK", &[("Content-Length", &number.to_string())], None)?;
        let sizes = (0..number).step_by(65_536).map(move |at| (number - at).min(65_536));
        return pieces(sizes.map(|size| Ok(vec![b'x'; size as usize])));
    }
    start_response("200 OK", TEXT, None)?;
    pieces((1..=3).map(move |part| {
        thread::sleep(Duration::from_millis(if part > 1 { number } else { 0 }));
        Ok(format!("part{part}\n").into())
    }))
}

/// An answer with the fields of the query, `/fields?X-A=1&X-B=2`, and of the path, `/fields/X-C/3`,
/// in which any byte may come, as %0D does.
fn with_fields(path: &str, environ: &Environ, start_response: &mut StartResponse) -> Answer {
    let query = text(environ, "QUERY_STRING");
    let asked = query.split('&').filter_map(|pair| pair.split_once('='));
    let asked = asked.chain(path.strip_prefix("/fields/").and_then(|pair| pair.split_once('/')));
    let fields: Vec<_> = TEXT.iter().copied().chain(asked).collect();
    start_response("200 OK", &fields, None)?;
    pieces([Ok("these fields\n".into())])
}

/// Answers that fail while their pieces are made.
fn late(path: &str, start_response: &mut StartResponse) -> Answer {
    let (first, panics) = (path == "/raise-first", path == "/panic-late");
    let piece = if path == "/raise-empty" { "" } else { "12345" };
    start_response("200 OK", TEN, None)?;
    pieces((1..=2).map(move |part| match part {
        1 if !first => Ok(piece.into()),
        _ if panics => panic!("/panic-late panics after 5 bytes"),
        _ => Err("the body fails while it makes a piece".into()),
    }))
}

/// Answers that go on after their first call of `start_response`.
fn again(path: &str, start_response: &mut StartResponse) -> Answer {
    let fields = if path == "/exc" { FIRST } else { TEXT };
    let write = start_response("200 OK", fields, None)?;
    if path == "/write" || path == "/exc-late" {
        write(b"written ")?;
        write(b"twice ")?;
    }
    match path {
        "/write" => pieces([Ok("and returned\n".into())]),
        "/twice" => {
            start_response("202 Accepted", TEXT, None)?;
            pieces([Ok("which one is it?\n".into())])
        }
        _ => {
            let error = Some("the first answer failed".into());
            start_response("500 Internal Server Error", &[("X-Answer", "second")], error)?;
            pieces([Ok("this replaced 200 OK\n".into())])
        }
    }
}
