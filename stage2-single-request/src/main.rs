//! Stage 2, the program: shows each client what it asked for.

use std::net::TcpListener;
use std::process::ExitCode;

use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage2_single_request::serve::{Settings, serve};

/// How many connections the kernel holds for us while we serve another one.
const BACKLOG: i32 = 128;

const HELP: &str = "\
stage2-single-request: reads one request at a time and shows what it says

Usage: stage2-single-request [--quiet]
  --quiet          print no heads
  PORT=8888        the port to listen on; 0: any free one
  HOST=127.0.0.1   the address to listen on
  HEAD_TIMEOUT=10  the seconds that a client has for the whole head of its request; the first byte
                   must come within 1 second, because meanwhile nobody else is served

Open it in a browser, or: curl -v http://127.0.0.1:8888/hello    Stop it with: Ctrl-C";

fn main() -> ExitCode {
    exit("stage2-single-request", run())
}

fn run() -> Result<(), Failure> {
    let Some([quiet]) = flags(HELP, ["--quiet"])? else { return Ok(()) };
    let settings = Settings { patience: HeadPatience::sequential_from_env()?, quiet };
    let (listening, address) = listen_from_env(BACKLOG)?;
    say(format_args!("listening on http://{address}"));
    Ok(serve(&TcpListener::from(listening), &settings)?)
}
