//! An axum application on the server that axum brings along, which is hyper: `door-axum`.
//!
//! It is here to be compared with `door-axum-on-stage5`. Limits and deadlines are what axum has when
//! nobody says anything: next to none. Only the errors of `accept` are stage 5's affair: axum would
//! try again once a second without a word.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use axum::serve::Listener;
use doors::router::router;
use stage1_echo::contract::{Failure, exit, flags, listen_from_env};
use stage1_echo::terminal::say;
use stage5_async::accept::Listening;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::oneshot::{self, Sender};

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
    say(format_args!("listening on http://{address}"));
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let (broken, is_broken) = oneshot::channel();
        let listening =
            Door { listening: Listening::new(listening)?, address, broken: Some(broken) };
        tokio::select! {
            served = axum::serve(listening, router()) => Ok(served?),
            error = is_broken => Err(error.expect("it is dropped with the server only").into()),
        }
    })
}

/// Where axum gets its connections. It expects that there is always a next one, so it is told
/// elsewhere that there is none.
struct Door {
    listening: Listening,
    address: SocketAddr,
    broken: Option<Sender<io::Error>>,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        match self.listening.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => _ = self.broken.take().map(|broken| broken.send(error)),
        }
        pending().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
