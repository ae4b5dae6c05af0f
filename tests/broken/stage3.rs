//! Stage 3, filled in: what the starter becomes when all eight steps and the four bonus steps are
//! done. It grades the checks.
//!
//! With a name in its environment, `BROKEN=loses-the-rest`, it has that one fault. Each fault is one
//! that is easily made; it stands where it would be made, and `tests/stage3/broken.rs` says which
//! check finds it and what the learner reads then.
//!
//! | file | steps |
//! | --- | --- |
//! | `environ.rs` | 1 to 3 |
//! | `output.rs` | 4 and 6 |
//! | `input.rs` | 5 |
//! | here | 7, 8, `write`, middleware, and what the starter gives |
//! | `probe.rs` | the application of the starter |

#[path = "stage3/environ.rs"]
mod environ;
#[path = "stage3/input.rs"]
mod input;
#[path = "stage3/output.rs"]
mod output;
#[path = "stage3/probe.rs"]
mod probe;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::env;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::Duration;
use std::vec::IntoIter;

use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::close::close_gently;
use stage2_single_request::fault::Fault;
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::read_head::read_head;
use stage2_single_request::response::Response;

use crate::environ::environ_of;
use crate::input::input_of;
use crate::output::Output;
use crate::probe::probe;

/// Whether the program is to have the fault `name`.
fn broken(name: &str) -> bool {
    static NAME: LazyLock<Option<String>> = LazyLock::new(|| env::var("BROKEN").ok());
    NAME.as_deref() == Some(name)
}

/// What an application fails with: any error; a string becomes one with `.into()`.
type Error = Box<dyn std::error::Error>;

/// What is asked for. Values are bytes: nobody promises that a client sends UTF-8.
type Environ = BTreeMap<String, Vec<u8>>;

/// Takes a status (`"200 OK"`) and fields; and, when they are to replace those of an earlier call,
/// the error that made the application change its mind: the PEP's `exc_info`.
type StartResponse<'s> =
    dyn FnMut(&str, &[(&str, &str)], Option<Error>) -> Result<Write<'s>, Error> + 's;

/// What `start_response` returns: sends a piece of content at once (bonus).
type Write<'s> = &'s dyn Fn(&[u8]) -> Result<(), Error>;

/// The content of an answer, piece by piece; making one may fail.
trait Body: Iterator<Item = Result<Vec<u8>, Error>> {
    /// Lets go of what the body holds, an open file perhaps: the server calls it once, at the end.
    fn close(&mut self);
}

/// What an application returns.
type Answer = Result<Box<dyn Body>, Error>;

/// What a server runs. The reader is `wsgi.input`, the content of the request.
type Application = fn(&Environ, &mut dyn Read, &mut StartResponse) -> Answer;

/// Lets the application answer and sends what it says. `rest` is what came behind the head so far.
fn run(
    application: Application,
    environ: &Environ,
    rest: &[u8],
    connection: &TcpStream,
) -> Result<(), Error> {
    let output = Output::new(environ, connection);
    let result = call(application, environ, rest, connection, &output);
    if let Err(error) = &result {
        output.fail(error)?;
    }
    result
}

/// Calls the application, sends its body, and closes that.
fn call(
    application: Application,
    environ: &Environ,
    rest: &[u8],
    connection: &TcpStream,
    output: &Output,
) -> Result<(), Error> {
    let written = RefCell::new(Vec::new());
    let write = |piece: &[u8]| match () {
        () if broken("no-write") => Err("bonus: there is no write yet".into()),
        () if broken("write-does-nothing") => Ok(()),
        () if broken("write-comes-last") => {
            written.borrow_mut().extend_from_slice(piece);
            Ok(())
        }
        () if broken("write-without-a-head") => {
            (&mut &*connection).write_all(piece).map_err(Into::into)
        }
        () => output.send(piece),
    };
    let mut start_response = |status: &str, fields: &[(&str, &str)], error: Option<Error>| {
        output.start(status, fields, error)?;
        Ok(&write as Write)
    };
    let mut input = input_of(environ, rest, connection)?;
    let mut body = caught(|| application(environ, &mut *input, &mut start_response))?;
    let sent = send(&mut *body, output).and_then(|()| {
        if !written.borrow().is_empty() {
            output.send(&written.borrow())?;
        }
        output.finish()
    });
    if !is_left_open(&sent, output) {
        caught(|| {
            body.close();
            Ok(())
        })?;
    }
    if broken("closes-twice") {
        body.close();
    }
    sent
}

/// Whether the body is not closed, by one of the faults that lead there.
fn is_left_open(sent: &Result<(), Error>, output: &Output) -> bool {
    let client_left =
        sent.as_ref().is_err_and(|error| error.downcast_ref::<std::io::Error>().is_some());
    broken("never-closes")
        || (broken("closes-after-success-alone") && sent.is_err())
        || (broken("open-when-the-client-leaves") && client_left)
        || (broken("open-when-the-head-fails") && client_left && !output.has_sent())
        || (broken("open-without-content") && !output.has_content())
        // What has left the loop before the last piece was asked for leaves here too.
        || (broken("closes-at-the-last-piece-alone") && !output.wants_more())
}

/// Sends each piece before it asks for the next one.
fn send(body: &mut dyn Body, output: &Output) -> Result<(), Error> {
    if broken("collects") {
        // The client waits for the first piece until the last one is made.
        return output.send(&body.collect::<Result<Vec<_>, _>>()?.concat());
    }
    if broken("one-piece-behind") {
        let mut pieces = body.peekable();
        while let Some(piece) = pieces.next() {
            // Looks whether there is another piece, and so waits until it is made.
            let _is_last = pieces.peek().is_none();
            output.send(&piece?)?;
        }
        return Ok(());
    }
    if broken("buffers-pieces") {
        let mut buffer = Vec::new();
        for piece in body {
            buffer.extend(piece?);
            if buffer.len() >= 8192 {
                output.send(&std::mem::take(&mut buffer))?;
            }
        }
        return output.send(&buffer);
    }
    if broken("first-piece-alone") {
        return body.next().map_or(Ok(()), |piece| output.send(&piece?));
    }
    if broken("head-before-the-first-piece") {
        // The body may fail while it makes that piece.
        output.send_head()?;
    }
    while output.wants_more() {
        let mut next = || body.next().transpose();
        let made = if broken("caught-around-the-call-alone") { next() } else { caught(next) };
        output.body_failed.set(made.is_err());
        match made? {
            Some(piece) => output.send(&piece)?,
            None => break,
        }
    }
    Ok(())
}

/// A panic of the application counts as an error.
fn caught<T>(code: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    if broken("no-catch") || broken("caught-too-far-out") {
        return code();
    }
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|_| Err("the application panicked".into()))
}

/// `stage3-broken shout` serves this: text/plain arrives in capitals, by the body and by `write`.
fn shout(environ: &Environ, input: &mut dyn Read, start_response: &mut StartResponse) -> Answer {
    if broken("quiet") {
        return probe(environ, input, start_response);
    }
    let is_text = Cell::new(false);
    let quiet: Cell<Option<Write>> = Cell::new(None);
    let write = |piece: &[u8]| {
        let write = quiet.get().ok_or("write is what start_response returns")?;
        let is_loud = is_text.get() && !broken("quiet-write");
        if is_loud { write(&piece.to_ascii_uppercase()) } else { write(piece) }
    };
    let mut start = |status: &str, fields: &[(&str, &str)], error: Option<Error>| {
        quiet.set(Some(start_response(status, fields, error)?));
        let is_plain = |(name, value): &(&str, &str)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with("text/plain")
        };
        is_text.set(fields.iter().any(is_plain) || broken("shouts-pages"));
        Ok(&write as Write)
    };
    let body = probe(environ, input, &mut start)?;
    let is_loud = is_text.get() && !broken("quiet-body");
    if is_loud { Ok(Box::new(Louder(body, None))) } else { Ok(body) }
}

/// A body in capitals; and all of its pieces, if they are collected.
struct Louder(Box<dyn Body>, Option<IntoIter<Result<Vec<u8>, Error>>>);

impl Iterator for Louder {
    type Item = Result<Vec<u8>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let Louder(inner, all) = self;
        let next = if broken("shout-collects") {
            all.get_or_insert_with(|| inner.collect::<Vec<_>>().into_iter()).next()
        } else {
            inner.next()
        };
        Some(next?.map(|piece| piece.to_ascii_uppercase()))
    }
}

impl Body for Louder {
    fn close(&mut self) {
        if broken("shout-closes-twice") {
            self.0.close();
        }
        if !broken("shout-never-closes") {
            self.0.close();
        }
    }
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
    let read = match () {
        () if broken("a-read-is-a-head") => read_once(connection, &mut received),
        () if broken("partial-unwrapped") => {
            let read = read_once(connection, &mut received);
            let parsed =
                httparse::Request::new(&mut [httparse::EMPTY_HEADER; 100]).parse(&received);
            // Half a head is no error, and no request either.
            let _ = parsed.expect("it parses").unwrap();
            read
        }
        () => read_head(connection, &mut received, patience),
    };
    let head = match read {
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
    if !broken("closed-at-once") {
        close_gently(connection);
    }
    result
}

/// One read, and whatever it has brought: a read is not a message.
fn read_once(
    mut connection: &TcpStream,
    received: &mut Vec<u8>,
) -> Result<Option<Range<usize>>, Fault> {
    let mut buffer = [0; 8192];
    let count = connection.read(&mut buffer).unwrap_or(0);
    received.extend_from_slice(&buffer[..count]);
    let end = received.windows(4).position(|four| four == b"\r\n\r\n");
    Ok((count > 0).then(|| 0..end.map_or(count, |end| end + 4)))
}

fn main() -> ExitCode {
    exit("stage3-broken", serve())
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
                let answer = || answer(application, &connection, client, server, patience);
                if broken("caught-too-far-out") {
                    // The server lives, but who is to answer its client now?
                    let _ = catch_unwind(AssertUnwindSafe(answer));
                    continue;
                }
                match answer() {
                    Err(error) if broken("an-error-ends-the-loop") => {
                        return Err(Failure::System(error.to_string()));
                    }
                    Err(error) if !broken("told-nobody") => warn(format_args!("{error}")),
                    _ => {}
                }
            }
            Err(error) => outlive(error)?,
        }
    }
}
