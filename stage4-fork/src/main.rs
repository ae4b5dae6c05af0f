//! Stage 4, the program: serves an application, each client in a process of its own.

use std::net::TcpListener;
use std::process::ExitCode;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, application};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::Service;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;
use stage4_fork::limits::{BACKLOG, stop_patience_from_env};
use stage4_fork::serve::serve;
use stage4_fork::signals::Signals;
use stage4_fork::stop::Stop;

const HELP: &str = "\
stage4-fork: serves an application, each client in a process of its own

Usage: stage4-fork [--quiet] [APPLICATION | --python MODULE:CALLABLE]
  APPLICATION             the application's name; demo if none is given
  --python MODULE:CALLABLE
                          one in Python, by the python3 in PATH, such as flaskapp:app
  --python-workers N      how many processes run it; 4 if nothing is said
  --list                  name the applications
  --quiet                 print no access log
  PORT=8888               the port to listen on; 0: any free one
  HOST=127.0.0.1          the address to listen on
  LISTEN_FDS=1            the socket is descriptor 3, already listening: see sd_listen_fds(3)
  HEAD_TIMEOUT=10         the seconds that a client has for the whole head of its request
  IDLE_TIMEOUT=10         the seconds that it may be silent in the middle of content, 10 at most;
                          it also shortens the 30 in which a client may take nothing of an answer
  CONTENT_LIMIT=8388608   the most bytes of content in a request
  PYTHON_TIMEOUT=30       the seconds that a Python worker may take to say something
  STOP_TIMEOUT=10         the seconds that running answers have to finish when the server stops

Open it in a browser, or: curl -v http://127.0.0.1:8888/hello
Stop it with Ctrl-C, twice if you are in a hurry.";

fn main() -> ExitCode {
    exit("stage4-fork", run())
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    // Before a process is started, which else might inherit the socket.
    let (listening, address) = listen_from_env(BACKLOG)?;
    let application = application(&arguments)?;
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let stop = Stop::new(stop_patience_from_env()?);
    let server = Server { address, multithread: false, multiprocess: true };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: true } };
    let service = Service { application, server, patience, log };
    let signals = Signals::catch()?;
    say(format_args!("listening on http://{address}"));
    Ok(serve(TcpListener::from(listening), signals, &service, stop)?)
}
