//! Our applications under hyper: `door-hyper`.
//!
//! hyper reads requests and writes responses; each request is handed to a thread, where the
//! application may block. There an environ is made from hyper's request, and what the application says
//! by `start_response`, `write` and its body goes back as hyper's response. `Trailer` fields, upgrades
//! and extensions stay outside: PEP 3333 has no words for them.

#[path = "hyper/input.rs"]
mod input;
#[path = "hyper/reply.rs"]
mod reply;

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::net::{self, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use doors::open;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, http::request};
use hyper_util::rt::{TokioIo, TokioTimer};
use stage1_echo::contract::{Failure, exit};
use stage1_echo::terminal::say;
use stage2_single_request::version::Version;
use stage3_gateway::connection::Service;
use stage3_gateway::gateway::application::Write;
use stage3_gateway::gateway::environ::Environ;
use stage3_gateway::gateway::error::{Error, ExcInfo};
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::framing::framing;
use stage3_gateway::http::head::{Field, Head};
use stage3_gateway::http::target::Target;
use stage5_async::accept::Listening;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use crate::input::Input;
use crate::reply::{Reply, Streamed, failure};

const HELP: &str = "\
door-hyper: applications under hyper, which prints no log

Usage: door-hyper [APPLICATION]";

fn main() -> ExitCode {
    exit("door-hyper", run())
}

fn run() -> Result<(), Failure> {
    let Some((listening, service)) = open(HELP)? else { return Ok(()) };
    say(format_args!("listening on http://{}", service.server.address));
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(accept_all(listening, Arc::new(service)))?)
}

async fn accept_all(listening: net::TcpListener, service: Arc<Service>) -> io::Result<()> {
    let mut listening = Listening::new(listening)?;
    loop {
        let (connection, client) = listening.accept().await?;
        tokio::spawn(serve(connection, client, service.clone()));
    }
}

async fn serve(connection: TcpStream, client: SocketAddr, service: Arc<Service>) {
    let patience = service.patience;
    let answering = service_fn(|request| answer(request, client, service.clone()));
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(patience.head.whole);
    protocol.half_close(true); // a client may say that it sends no more, and still listen
    // An error: the client has gone, or the application failed in the middle of its answer.
    let _ = protocol.serve_connection(TokioIo::new(connection), answering).await;
}

/// What tower calls a service: a request comes in, a response goes out. The body follows through a
/// channel; if nobody takes it any more, the application's next piece fails.
// ANCHOR: answer
async fn answer(
    request: Request<Incoming>,
    client: SocketAddr,
    service: Arc<Service>,
) -> Result<Response<Streamed>, Infallible> {
    let (parts, content) = request.into_parts();
    let input = Input::of(content, &service.patience);
    let (reply, response) = Reply::new();
    spawn_blocking(move || {
        let reply = RefCell::new(reply);
        let result = call(&parts, input, client, &service, &reply);
        reply.into_inner().end(result);
    });
    let gone = || failure(500, "the application failed");
    Ok(response.await.unwrap_or_else(|_| gone()))
}

/// Calls the application as PEP 3333 has it.
fn call(
    parts: &request::Parts,
    input: Input,
    client: SocketAddr,
    service: &Service,
    reply: &RefCell<Reply>,
) -> Result<(), Error> {
    let head = head(parts)?;
    Decoder::new(head.framing, service.patience.content)?; // declared too long: before any is read
    let mut environ = Environ::new(&head, &service.server, client, Box::new(input));
    let write = |piece: &[u8]| reply.borrow_mut().piece(piece);
    let mut start_response = |status: &str, fields: &[(&str, &[u8])], error: Option<ExcInfo>| {
        reply.borrow_mut().start(status, fields, error)?;
        Ok(&write as Write)
    };
    guarded(|| {
        let mut body = service.application.call(&mut environ, &mut start_response)?;
        if body.size_hint() == (1, Some(1)) {
            reply.borrow_mut().is_whole = true;
        }
        body.try_for_each(|piece| reply.borrow_mut().piece(&piece?))
    })
}
// ANCHOR_END: answer

/// hyper's head as ours.
fn head(parts: &request::Parts) -> Result<Head<'_>, Fault> {
    let method = parts.method.as_str();
    let target = parts.uri.path_and_query().map_or("*", |target| target.as_str()).as_bytes();
    let old = parts.version == hyper::Version::HTTP_10;
    let version = if old { Version::Http10 } else { Version::Http11 };
    let fields = parts.headers.iter();
    let fields: Vec<Field> = fields
        .map(|(name, value)| Field { name: name.as_str(), value: value.as_bytes() })
        .collect();
    let mut parsed = Target::parse(method, target)?;
    parsed.authority = parts.uri.authority().map(|authority| authority.as_str().as_bytes());
    let framing = framing(version, &fields)?;
    Ok(Head {
        method,
        raw_target: target,
        target: parsed,
        version,
        fields,
        framing,
        expects_continue: false, // hyper answers it, when the content is first asked for
        persistent: true,        // hyper's business
    })
}

fn guarded<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Error::Panic))
}
