//! Stage 5, the program: serves an application to everybody at once.

use std::net;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, application};
use stage3_gateway::command_line::arguments;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage5_async::accept::Listening;
use stage5_async::access_log::{AccessLog, LAST_LINES};
use stage5_async::blocking::Blocking;
use stage5_async::connection::{Answer, Service};
use stage5_async::direct::Direct;
use stage5_async::limits::{BACKLOG, raise_descriptor_limit, see_threads, stop_patience_from_env};
use stage5_async::live::Live;
use stage5_async::serve::serve;
use stage5_async::stop::Signals;
use tokio::runtime::Builder;

/// How long tasks may take to notice that the runtime ends. They do so wherever they wait.
const LAST_TASKS: Duration = Duration::from_millis(100);

const HELP: &str = "\
stage5-async: serves an application to thousands of clients at once

Usage: stage5-async [--quiet] [APPLICATION | --python MODULE:CALLABLE]
  APPLICATION             the application's name; demo if none is given
  --python MODULE:CALLABLE
                          one in Python, by the python3 in PATH, such as flaskapp:app
  --python-workers N      how many processes run it; 4 if nothing is said
  --list                  name the applications
  --quiet                 print no line a request
  PORT=8888               the port to listen on; 0: any free one
  HOST=127.0.0.1          the address to listen on
  LISTEN_FDS=1            the socket is descriptor 3, already listening: see sd_listen_fds(3)
  HEAD_TIMEOUT=10         the seconds that a client has for the whole head of its request
  IDLE_TIMEOUT=5          the seconds that a connection may be idle between two requests; it also
                          shortens the 10 of silence in the middle of content, and the 30 in which
                          a client may take nothing of an answer
  CONTENT_LIMIT=8388608   the most bytes of content in a request
  PYTHON_TIMEOUT=30       the seconds that a Python worker may take to say something
  STOP_TIMEOUT=10         the seconds that running requests have when the server stops

Open it in a browser, or: curl -v http://127.0.0.1:8888/hello    Stop it with: Ctrl-C";

fn main() -> ExitCode {
    exit("stage5-async", run())
}

fn run() -> Result<(), Failure> {
    let live = ("live", "an async application: what one says, all see; start at /");
    let applications = [&APPLICATIONS[..], &[live]].concat();
    let Some(arguments) = arguments(HELP, &applications)? else { return Ok(()) };
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let stop_patience = stop_patience_from_env()?;
    // Before a process is started, which else might inherit the socket.
    let (listening, address) = listen_from_env(BACKLOG)?;
    let is_live = arguments.application == live.0;
    let application = (!is_live).then(|| application(&arguments)).transpose()?;
    // Python has been started with the limit that we were started with: programs that use select()
    // rely on it, since that knows the first 1,024 descriptors only.
    raise_descriptor_limit()?;
    let server = Server { address, multithread: true, multiprocess: false };
    let log = (!arguments.quiet).then(AccessLog::start).transpose()?;
    let listening = net::TcpListener::from(listening);
    match application {
        Some(application) => {
            let answer = Blocking::new(application);
            start(listening, Service { answer, server, patience, log }, stop_patience)
        }
        None => {
            let answer = Direct(Live::new());
            start(listening, Service { answer, server, patience, log }, stop_patience)
        }
    }
}

/// Starts the runtime, serves, and ends it without waiting for an application that never returns.
fn start<A: Answer>(
    listening: net::TcpListener,
    service: Service<A>,
    stop_patience: Duration,
) -> Result<(), Failure> {
    see_threads()?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let log = service.log.clone();
    let mut first_signal = None;
    let result = runtime.block_on(async {
        let listening = Listening::new(listening)?;
        let signals = Signals::listen()?; // before anybody can know that we are here
        first_signal = Some(signals.first());
        say(format_args!("listening on http://{}", service.server.address));
        serve(listening, signals, service, stop_patience).await
    });
    // Once no task runs any more, none can answer a request whose line nobody counts.
    runtime.shutdown_timeout(LAST_TASKS);
    if let Some(log) = log {
        let since = first_signal.and_then(|first| first.get().map(Instant::elapsed));
        let left = stop_patience.saturating_sub(since.unwrap_or_default()).min(LAST_LINES);
        log.finish(if result.is_ok() { left } else { Duration::ZERO });
    }
    result
}
