//! An axum application on the server that axum brings along, which is hyper: `door-axum`.
//!
//! It is here to be compared with `door-axum-on-stage5`. Limits and deadlines are what axum has when
//! nobody says anything: next to none.

use std::process::ExitCode;

use doors::router::router;
use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::terminal::say;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const HELP: &str = "\
door-axum: an axum application, served by axum

Usage: door-axum
  PORT=8888 HOST=127.0.0.1";

fn main() -> ExitCode {
    exit("door-axum", run())
}

fn run() -> Result<(), Failure> {
    let Some([]) = flags(HELP, [])? else { return Ok(()) };
    let (listening, address) = listen_from_env(1024)?;
    let listening = std::net::TcpListener::from(listening);
    listening.set_nonblocking(true)?;
    say(format_args!("listening on http://{address}"));
    Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async { Ok(axum::serve(TcpListener::from_std(listening)?, router()).await?) })
}
