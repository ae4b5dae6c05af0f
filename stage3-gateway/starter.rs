//! Stage 3, your own: a server that runs any application (PEP 3333). Eight steps, 20 points.
//!
//! ```text
//! cp -n stage3-gateway/starter.rs stage3-gateway/src/bin/stage3-mine.rs
//! cargo run -p stage3-gateway --bin stage3-mine      then: curl -v http://127.0.0.1:8888/hello
//! cargo test -p stage3-gateway
//! ```
//!
//! Yours: `environ_of` (steps 1 to 3) and `run` (4 to 8). Given: the loop over the clients, the head
//! of a request and the end of a connection, both from stage 2, and at the bottom an application,
//! right and wrong on purpose. It and the types that it speaks stay as they are; the rest is your
//! own design, as the checks look from outside. They do not take a server that uses the library
//! `stage3_gateway`.

use std::collections::BTreeMap;
use std::io::{self, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, thread};

use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::close::close_gently;
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::read_head::read_head;
use stage2_single_request::response::Response;

/// What an application fails with: any error; a string becomes one with `.into()`.
type Error = Box<dyn std::error::Error>;

/// What is asked for. Values are bytes: nobody promises that a client sends UTF-8.
type Environ = BTreeMap<String, Vec<u8>>;

/// Takes a status (`"200 OK"`) and fields; and, when they are to replace those of an earlier call,
/// the error that made the application change its mind: the PEP's `exc_info`.
type StartResponse<'s> =
    dyn FnMut(&str, &[(&str, &str)], Option<Error>) -> Result<Write<'s>, Error> + 's;

/// What `start_response` returns. Bonus, write (1): it sends the head, if that is not out yet, and its
/// piece (as a `Fn`, it can change what is in a Cell or RefCell). After that, `start_response` with an
/// error returns that error.
type Write<'s> = &'s dyn Fn(&[u8]) -> Result<(), Error>;

/// The content of an answer, piece by piece; making one may fail.
trait Body: Iterator<Item = Result<Vec<u8>, Error>> {
    /// Lets go of what the body holds, an open file perhaps: the server calls it once, at the end.
    /// Dropping the body is not enough. `for piece in body` would take the body away from you: `for
    /// piece in &mut body` leaves it to be closed.
    #[allow(dead_code, reason = "step 8 calls it")]
    fn close(&mut self);
}

/// What an application returns.
type Answer = Result<Box<dyn Body>, Error>;

/// What a server runs. The reader is `wsgi.input`, the content of the request.
type Application = fn(&Environ, &mut dyn Read, &mut StartResponse) -> Answer;

/// Makes the environ of a head, which is complete: `GET /hello?a=b HTTP/1.1`, field lines, an empty
/// line. `server` is the address that listens, `client` the other end of the connection.
#[allow(unused_variables, reason = "step 2 uses both addresses")]
fn environ_of(head: &[u8], client: SocketAddr, server: SocketAddr) -> Result<Environ, Error> {
    // Step 1, httparse (2 points). Let a `httparse::Request` parse the head; it wants an array of
    // 100 `httparse::EMPTY_HEADER`, one for each field. REQUEST_METHOD is the method, and PATH_INFO,
    // for now, the request target as it came. With that, /hello works. An Err from here is answered
    // with 400, so `?` does for a bad head.
    //
    // Step 2, environ (3). PATH_INFO is the path alone, with its %XX decoded to bytes, once (crate
    // percent_encoding; other `%` stay as they are); QUERY_STRING is what follows the first `?`, as
    // it came, and is there even when empty. Add SCRIPT_NAME (empty), SERVER_NAME (an address does),
    // SERVER_PORT, SERVER_PROTOCOL (HTTP/1.0 or HTTP/1.1), REMOTE_ADDR, REMOTE_PORT, and
    // wsgi.url_scheme: http.
    //
    // Step 3, fields (2). `X-Some-Name: value` becomes HTTP_X_SOME_NAME. Content-Type and
    // Content-Length become CONTENT_TYPE and CONTENT_LENGTH, and nothing with HTTP_. The values of
    // a name that comes again are joined in order with ", ", those of Cookie with "; ". Two kinds
    // are dropped: Proxy, and names with an underscore (X_User would pass itself off as X-User).
    let length = head.len();
    Err(format!("step 1: {server} does not parse the head ({length} bytes from {client})").into())
}

/// Lets the application answer and sends what it says. `rest` is what came behind the head so far.
/// An Err from here is printed, and nobody sends anything for it: a 500 is sent in here. No length may
/// end the server, be it no number, or enormous, from the client (step 5) or the application (6).
fn run(
    application: Application,
    environ: &Environ,
    rest: &[u8],
    mut connection: &TcpStream,
) -> Result<(), Error> {
    // Step 4, start_response (3). For now every answer is a 200. Keep status and fields when it is
    // called; the head goes out later: the status, all these fields in order, a Date unless one is
    // there (stage 2 has `http_date`), `Connection: close`. A second call without an error is an
    // Err, and so is a status, a name or a value with CR, LF or NUL in it. If the application fails
    // or has never called it: 500. A 204 and a 304 have no content and no computed length.
    //
    // Step 5, wsgi.input (3). For now it is empty. It is as long as CONTENT_LENGTH says, and empty
    // without one. What is not in `rest` is still to be read from the connection; never wait for a
    // byte beyond the end. `Read::chain` and `Read::take` help; a `&TcpStream` is a reader as well.
    // (Bonus, 2: content in chunks, if Transfer-Encoding says so.)
    //
    // Step 6, the body (3). For now it is collected first. Send each piece before you ask for the
    // next one, and the head once one is there that is not empty, or the end. An answer without
    // Content-Length ends when the connection does. A Content-Length from the application, in
    // whatever case its name is written, is a promise: not a byte more than that. HEAD gets the head
    // and no content. (Bonus, 1: chunks instead, if the client speaks HTTP/1.1.)
    //
    // Step 7, when it goes wrong (2). Until the head is out, an error, in the first piece too,
    // becomes a 500 that is always the same and tells no details (and HEAD gets only its head);
    // later, the answer just ends. Either way the error shows on stderr: return it from here. A
    // panic in the application or in its body counts as an error and must not end the server:
    // `catch_unwind(AssertUnwindSafe(|| …))` of std::panic. When start_response is called again with
    // an error, status and fields are replaced.
    //
    // Step 8, close (2). Call `close` on each body, once, when its answer is done: also after HEAD
    // or 204, after an error, and when the client has left, even before the head.
    let write = |_: &[u8]| Err("bonus: there is no write yet".into());
    let mut start_response = |_: &str, _: &[(&str, &str)], _: Option<Error>| Ok(&write as Write);
    let mut input = rest.take(0);
    let body = application(environ, &mut input, &mut start_response)?;
    let content = body.collect::<Result<Vec<_>, _>>()?.concat();
    let response = Response { status: 200, content_type: "text/plain", content };
    connection.write_all(&[response.head(), response.content].concat()).map_err(Into::into)
}

/// Bonus, middleware (1): `stage3-mine shout` serves this. To the server it is an application, to
/// `probe` it is the server: text/plain arrives in capitals, sent by the body or by `write`, and
/// everything else as it is. Who wraps a body closes it, too.
fn shout(environ: &Environ, input: &mut dyn Read, start_response: &mut StartResponse) -> Answer {
    probe(environ, input, start_response)
}

/// How long a client may say nothing in the middle of its content, or take nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a request and answers it.
fn answer(
    application: Application,
    mut connection: &TcpStream,
    client: SocketAddr,
    server: SocketAddr,
    patience: HeadPatience,
) -> Result<(), Error> {
    let mut received = Vec::new();
    let head = match read_head(connection, &mut received, patience) {
        Ok(Some(head)) => head,
        Ok(None) => return Ok(()), // nobody to answer, nobody to wait for
        Err(fault) => {
            let refusal = Response::refusal(&fault);
            connection.write_all(&[refusal.head(), refusal.content].concat())?;
            close_gently(connection);
            return Err(fault.to_string().into());
        }
    };
    connection.set_nodelay(true)?; // a piece that is written leaves at once
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let result = match environ_of(&received[head.clone()], client, server) {
        Ok(environ) => run(application, &environ, &received[head.end..], connection),
        Err(error) => {
            let refusal = Response::plain(400, "this server does not understand the request");
            connection.write_all(&[refusal.head(), refusal.content].concat())?;
            Err(error)
        }
    };
    close_gently(connection);
    result
}

fn main() -> ExitCode {
    exit("stage3-mine", serve())
}

/// One client after the other. What goes wrong with one of them is told, and the next one comes.
fn serve() -> Result<(), Failure> {
    let application: Application = match env::args().nth(1).as_deref() {
        Some("shout") => shout,
        _ => probe,
    };
    let patience = HeadPatience::sequential_from_env()?;
    let (listening, server) = listen_from_env(128)?;
    let listening = TcpListener::from(listening);
    say(format_args!("listening on http://{server}"));
    loop {
        match listening.accept() {
            Ok((connection, client)) => {
                if let Err(error) = answer(application, &connection, client, server, patience) {
                    warn(format_args!("{error}"));
                }
            }
            Err(error) => outlive(error)?,
        }
    }
}

// The application: the other side of your server. There is nothing to do in it.

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

fn probe(environ: &Environ, input: &mut dyn Read, start_response: &mut StartResponse) -> Answer {
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

// ---- All eight steps done? Two exercises for those who want more stand in
// stage3-gateway/stretch/README.md: a password, and files. They earn bonus points. ----
