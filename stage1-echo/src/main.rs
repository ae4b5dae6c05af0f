//! Stage 1, the program: sends back what it receives. Try it with `nc 127.0.0.1 8888`.

use std::process::ExitCode;

use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::serve::serve;
use stage1_echo::terminal::say;

/// How many connections the kernel holds for us while we serve another one. The Python lesson's
/// first server asked for 1; 128 is what most systems have allowed for a long time.
const BACKLOG: i32 = 128;

const HELP: &str = "\
stage1-echo: sends every byte back to the client that sent it

Usage: stage1-echo
  PORT=8888        the port to listen on; 0: any free one
  HOST=127.0.0.1   the address to listen on

Talk to it with: nc 127.0.0.1 8888    Stop it with: Ctrl-C";

fn main() -> ExitCode {
    exit("stage1-echo", run())
}

fn run() -> Result<(), Failure> {
    let Some([]) = flags(HELP, [])? else { return Ok(()) };
    let (listening, address) = listen_from_env(BACKLOG)?;
    say(format_args!("listening on {address}"));
    Ok(serve(&listening)?)
}
