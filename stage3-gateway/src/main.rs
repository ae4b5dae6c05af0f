//! Stage 3, the program: serves an application to one client at a time.

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
use stage3_gateway::serve::serve;

/// How many connections the kernel holds for us while we serve another one.
const BACKLOG: i32 = 128;

const HELP: &str = "\
stage3-gateway: serves an application, one request at a time

Usage: stage3-gateway [--quiet] [APPLICATION | --python MODULE:CALLABLE]
  APPLICATION             the application's name; demo if none is given
  --python MODULE:CALLABLE
                          one in Python, by the python3 in PATH, such as flaskapp:app
  --python-workers N      how many processes run it; 4 if nothing is said
  --list                  name the applications
  --quiet                 print no heads
  PORT=8888               the port to listen on; 0: any free one
  HOST=127.0.0.1          the address to listen on
  HEAD_TIMEOUT=10         the seconds that a client has for the whole head of its request; the
                          first byte must come within 1 second, because meanwhile nobody else is
                          served
  IDLE_TIMEOUT=10         the seconds that it may be silent in the middle of content, 10 at most;
                          it also shortens the 30 in which a client may take nothing of an answer
  CONTENT_LIMIT=8388608   the most bytes of content in a request
  PYTHON_TIMEOUT=30       the seconds that a Python worker may take to say something

Open it in a browser, or: curl -v http://127.0.0.1:8888/hello    Stop it with: Ctrl-C";

fn main() -> ExitCode {
    exit("stage3-gateway", run())
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    // Before a process is started, which else might inherit the socket.
    let (listening, address) = listen_from_env(BACKLOG)?;
    let application = application(&arguments)?;
    let patience = Patience::from_env(HeadPatience::sequential_from_env()?)?;
    let server = Server { address, multithread: false, multiprocess: false };
    let log = if arguments.quiet { Log::Quiet } else { Log::Heads };
    say(format_args!("listening on http://{address}"));
    Ok(serve(&TcpListener::from(listening), &Service { application, server, patience, log })?)
}
