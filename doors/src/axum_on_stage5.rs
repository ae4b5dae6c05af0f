//! An axum application on stage 5: `door-axum-on-stage5`.
//!
//! Any `tower::Service` from `http::Request` to `http::Response` could stand here. The adapter turns our
//! request into theirs and their response into ours, and content passes in both directions piece by
//! piece: what the application does not ask for is not read, and what the client does not take is not
//! asked for. Trailers are dropped, in both directions: our encoder and decoder don't say them.

#[path = "axum_on_stage5/content.rs"]
mod content;

use std::pin::pin;
use std::process::ExitCode;

use axum::Router;
use axum::body::Body;
use doors::router::router;
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::header::CONTENT_LENGTH;
use hyper::{Request, Response};
use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::version::Version;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::http::head::Head;
use stage3_gateway::limits::Patience;
use stage5_async::accept::Listening;
use stage5_async::connection::{self, Answer, Service};
use stage5_async::direct::guarded;
use stage5_async::exchange::Exchange;
use stage5_async::limits::{BACKLOG, raise_descriptor_limit, stop_patience_from_env};
use stage5_async::serve::serve;
use stage5_async::stop::Signals;
use tokio::runtime::Builder;
use tower::ServiceExt;

use crate::content::{Content, Feeder};

const HELP: &str = "\
door-axum-on-stage5: an axum application, served by stage 5

Usage: door-axum-on-stage5
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=5 CONTENT_LIMIT=8388608 STOP_TIMEOUT=10";

fn main() -> ExitCode {
    exit("door-axum-on-stage5", run())
}

fn run() -> Result<(), Failure> {
    let Some([]) = flags(HELP, [])? else { return Ok(()) };
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let stop_patience = stop_patience_from_env()?;
    raise_descriptor_limit()?;
    let (listening, address) = listen_from_env(BACKLOG)?;
    let listening = std::net::TcpListener::from(listening);
    let server = Server { address, multithread: true, multiprocess: false };
    let service = Service { answer: Tower(router()), server, patience, log: None };
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let signals = Signals::listen()?; // before anybody can know that we are here
        say(format_args!("listening on http://{address}"));
        serve(Listening::new(listening)?, signals, service, stop_patience).await
    })
}

/// Answers with a tower service.
struct Tower(Router);

// ANCHOR: answer
impl Answer for Tower {
    async fn answer(
        &self,
        request: &connection::Request<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Outcome {
        let (content, feeder) = content::pair(exchange.incoming.left());
        let result = match theirs(request.head, content) {
            Ok(request) => guarded(pin!(converse(&self.0, request, feeder, exchange))).await,
            Err(error) => Err(error),
        };
        exchange.end(result)
    }
}

/// Lets the service answer, and passes on content in both directions meanwhile. If the client leaves or
/// the server gives up, this future is dropped, and with it the service's.
async fn converse(
    router: &Router,
    request: Request<Body>,
    mut feeder: Feeder,
    exchange: &mut Exchange<'_>,
) -> Result<(), Error> {
    let response = feeder.beside(exchange, router.clone().oneshot(request)).await?;
    let (head, mut body) = response.unwrap_or_else(|never| match never {}).into_parts();
    let head = Response::from_parts(head, ());
    start(&head, body.size_hint().exact(), exchange)?;
    while let Some(frame) = feeder.beside(exchange, body.frame()).await? {
        let frame = frame.map_err(|error| Error::Application(error.into_inner()))?;
        if let Ok(piece) = frame.into_data() {
            exchange.send(&piece).await?; // waits until the client takes it
        }
    }
    Ok(())
}
// ANCHOR_END: answer

/// Our request as theirs. It owns its parts: a service may keep them longer than the exchange lasts.
fn theirs(head: &Head, content: Content) -> Result<Request<Body>, Error> {
    let version = match head.version {
        Version::Http10 => hyper::Version::HTTP_10,
        Version::Http11 => hyper::Version::HTTP_11,
    };
    let target = encoded(head.raw_target);
    let begun = Request::builder().method(head.method).uri(target).version(version);
    let fields = head.fields.iter();
    let request = fields.fold(begun, |request, field| request.header(field.name, field.value));
    request.body(Body::new(content)).map_err(|error| Error::Application(error.into()))
}

/// The target, with everything percent-encoded that their type for URIs does not take as it came: a grave
/// accent in the path, and bytes that are no ASCII, which need not be UTF-8. It means the same.
fn encoded(target: &[u8]) -> String {
    let is_odd = |byte: u8| byte == b'`' || !byte.is_ascii();
    let parts = target.iter().map(|&byte| match byte {
        odd if is_odd(odd) => format!("%{odd:02X}"),
        plain => char::from(plain).to_string(),
    });
    parts.collect()
}

/// Their status and fields as ours; the length, too, where the body knows it and no field says it.
fn start(
    response: &Response<()>,
    length: Option<u64>,
    exchange: &mut Exchange<'_>,
) -> Result<(), Error> {
    let status = response.status();
    let status = format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or("Unnamed"));
    let fields = response.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let mut fields: Vec<(&str, &[u8])> = fields.collect();
    let length = length.map(|length| length.to_string());
    if let Some(length) = &length
        && !response.headers().contains_key(CONTENT_LENGTH)
    {
        fields.push(("content-length", length.as_bytes()));
    }
    exchange.start(&status, &fields)
}
