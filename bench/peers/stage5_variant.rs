//! Stage 5 with other applications than its own, and in ways that it does not offer, to show what they
//! would cost. `PORT=… stage5-variant KIND`:
//!
//! - `async`: an async application that asks the environ for the path and says hello
//! - `dictionary`: the same, after it has made a `HashMap` of the whole environ
//! - `threads`: a blocking application that says hello, on threads as in stage 5
//! - `inline`: the same in the connection's task: it must not block, and nobody checks that
//! - `sleep-threads`, `sleep-inline`: the same two, with an application that sleeps for 10 ms

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::gateway::application::{Answer as Answered, Application, StartResponse, whole};
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::gateway::error::Error;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::gateway::run::run;
use stage3_gateway::gateway::sink::Sink;
use stage3_gateway::http::response::Asked;
use stage3_gateway::limits::Patience;
use stage5_async::accept::Listening;
use stage5_async::blocking::Blocking;
use stage5_async::connection::{Answer, Request, Service};
use stage5_async::direct::{AsyncApplication, Direct};
use stage5_async::exchange::Exchange;
use stage5_async::limits::raise_descriptor_limit;
use stage5_async::serve::serve;
use stage5_async::stop::Signals;
use tokio::runtime::{Builder, Runtime};

const CONTENT: &[u8] = b"Hello, world!\n";
const FIELDS: [(&str, &[u8]); 1] = [("Content-Type", b"text/plain")];

fn main() -> ExitCode {
    exit("stage5-variant", start())
}

fn start() -> Result<(), Failure> {
    match std::env::args().nth(1).unwrap_or_default().as_str() {
        "async" => with(Direct(Hello { is_dictionary: false })),
        "dictionary" => with(Direct(Hello { is_dictionary: true })),
        "threads" => with(Blocking::new(Arc::new(hello))),
        "inline" => with(Inline(Arc::new(hello))),
        "sleep-threads" => with(Blocking::new(Arc::new(sleepy))),
        "sleep-inline" => with(Inline(Arc::new(sleepy))),
        kind => Err(Failure::Usage(format!("no variant {kind:?}"))),
    }
}

fn with<A: Answer>(answer: A) -> Result<(), Failure> {
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    raise_descriptor_limit()?;
    let (listening, address) = listen_from_env(1024)?;
    let server = Server { address, multithread: true, multiprocess: false };
    let service = Service { answer, server, patience, log: None };
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let listening = Listening::new(TcpListener::from(listening))?;
        let signals = Signals::listen()?;
        say(format_args!("listening on http://{address}"));
        serve(listening, signals, service, Duration::ZERO).await
    });
    Runtime::shutdown_background(runtime);
    result
}

/// An async application.
struct Hello {
    is_dictionary: bool,
}

impl AsyncApplication for Hello {
    async fn call(&self, environ: &Environ<'_>, exchange: &mut Exchange<'_>) -> Result<(), Error> {
        let is_there = if self.is_dictionary {
            let variables = environ.variables().into_iter();
            let dictionary: HashMap<String, String> = variables
                .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
                .collect();
            dictionary.get("PATH_INFO").is_some_and(|path| path.starts_with('/'))
        } else {
            environ.get("PATH_INFO").is_some_and(|path| path.starts_with(b"/"))
        };
        let status = if is_there { "200 OK" } else { "404 Not Found" };
        exchange.respond(status, &FIELDS, CONTENT).await
    }
}

/// A blocking application.
fn hello<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answered<'r> {
    start_response("200 OK", &FIELDS, None)?;
    Ok(whole(CONTENT.to_vec()))
}

/// One that does block.
fn sleepy<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answered<'r> {
    sleep(Duration::from_millis(10));
    hello(environ, start_response)
}

/// What stage 5 must not do: calls a blocking application in the connection's task.
struct Inline(Arc<dyn Application>);

impl Answer for Inline {
    async fn answer(&self, request: &Request<'_>, exchange: &mut Exchange<'_>) -> Outcome {
        let mut collected = Collected(Vec::new());
        let outcome = {
            let input = Box::new(io::empty());
            let mut environ = Environ::new(request.head, request.server, request.client, input);
            run(&*self.0, &mut environ, Asked::by(request.head), &mut collected)
        };
        let _ = exchange.forward(&collected.0).await; // an error: the client has gone
        outcome
    }
}

struct Collected(Vec<u8>);

impl Sink for Collected {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn persists(&self) -> bool {
        true
    }
}
