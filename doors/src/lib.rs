//! Other doors: the same applications behind other ways to serve many clients, and behind the
//! interface that Rust's own servers share.
//!
//! Each program is one file, read from its head to its `main`; what it does not show comes from the
//! stages. This library holds what all of them begin with.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `threads.rs` | a thread for each connection |
//! | `pool.rs` | a few threads, and a queue before them |
//! | `epoll.rs` | one thread that is told who is ready |
//! | `hyper.rs` | our applications under hyper |
//! | `axum_on_stage5.rs` | an axum application on stage 5 |
//! | `axum.rs` | the same application on the server that axum brings along |
//! | `router.rs` | that application |

pub mod router;

use std::net::TcpListener;

use stage1_echo::contract::{Failure, listen_from_env};
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, application};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::Service;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;

/// How many connections the kernel holds for us while we are busy.
const BACKLOG: i32 = 1024;

/// What every help text ends with.
const SETTINGS: &str = "
  APPLICATION      the application's name; demo if none is given
  --list           name the applications
  --quiet          print no line a request
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=5 CONTENT_LIMIT=8388608

Try it with: curl -v http://127.0.0.1:8888/hello    Stop it with: Ctrl-C";

/// Listens where the environment says, and prepares to serve the application that the command line
/// names, on several threads. `None` if it asked for help, which is printed.
///
/// # Errors
/// `Usage` for what makes no sense; `System` if the address can't be had.
pub fn open(help: &str) -> Result<Option<(TcpListener, Service)>, Failure> {
    let Some(arguments) = arguments(&format!("{help}{SETTINGS}"), &APPLICATIONS)? else {
        return Ok(None);
    };
    // Before a process is started, which otherwise might inherit the socket.
    let (listening, address) = listen_from_env(BACKLOG)?;
    let application = application(&arguments)?;
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let server = Server { address, multithread: true, multiprocess: false };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: false } };
    Ok(Some((TcpListener::from(listening), Service { application, server, patience, log })))
}
