//! Stage 5, filled in: what the starter becomes when its seven steps and both bonus steps are done.
//! It grades the checks.
//!
//! With a name in its environment, `BROKEN=collects`, it has that one fault. Each fault is one that is
//! easily made; it stands where it would be made, and `tests/stage5/broken.rs` says which check finds
//! it and what the learner reads then.
//!
//! | file | steps |
//! | --- | --- |
//! | here | 1, 7, the limit on connections, and what the starter gives |
//! | `respond.rs` | 2, and the content of step 4 |
//! | `pieces.rs` | 3 |
//! | `connection.rs` | 4 and 5 |
//! | `next_head.rs` | 6, and where a connection hears of the stop |
//! | `waiting.rs` | the async application |

#[path = "stage5/connection.rs"]
mod connection;
#[path = "stage5/next_head.rs"]
mod next_head;
#[path = "stage5/pieces.rs"]
mod pieces;
#[path = "stage5/respond.rs"]
mod respond;
#[path = "stage5/waiting.rs"]
mod waiting;

use std::env;
use std::io;
use std::net::{self, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use stage1_echo::accept_errors::{Meaning, PAUSE, meaning};
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::Service;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::{limits::Patience, log::Log};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::sleep;

use crate::connection::serve_connection;

/// Whether the program is to have the fault `name`.
fn broken(name: &str) -> bool {
    static NAME: LazyLock<Option<String>> = LazyLock::new(|| env::var("BROKEN").ok());
    NAME.as_deref() == Some(name)
}

/// What all connections share.
struct Shared {
    service: Service,
    /// Whether the application is the async one, in place of that in `service`.
    is_async: bool,
}

#[tokio::main] // as many threads as processors; TOKIO_WORKER_THREADS=1 for one
async fn main() -> ExitCode {
    exit("stage5-broken", start().await)
}

/// All that a server does before its first client, as in stage 3.
async fn start() -> Result<(), Failure> {
    let waits = ("async", "waits as long as it is asked to, and holds no thread meanwhile");
    let mut applications = APPLICATIONS.to_vec();
    if !broken("async-has-no-name") {
        applications.push(waits);
    }
    let Some(arguments) = arguments("Stage 5, filled in.", &applications)? else {
        return Ok(());
    };
    let is_async = arguments.application == "async";
    let name = if is_async { "hello" } else { &arguments.application };
    let application = by_name(name).expect("arguments lets only known names pass");
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let (listening, address) = listen_from_env(1024)?;
    let listening = net::TcpListener::from(listening);
    listening.set_nonblocking(true)?;
    let server = Server { address, multithread: true, multiprocess: false };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: false } };
    let service = Service { application, server, patience, log };
    serve(TcpListener::from_std(listening)?, Shared { service, is_async }).await
}

/// How many connections may be open; more of them wait in the backlog.
fn most_connections() -> usize {
    let asked = env::var("CONNECTIONS").ok().and_then(|text| text.parse().ok());
    if broken("no-limit") { Semaphore::MAX_PERMITS } else { asked.unwrap_or(12_288) }
}

/// Serves until SIGTERM or SIGINT, and then until the last connection has ended.
async fn serve(listening: TcpListener, shared: Shared) -> Result<(), Failure> {
    let mut signals = if broken("sigterm-is-not-caught") {
        None
    } else {
        let other = if broken("sigint-is-not-caught") {
            SignalKind::hangup() // in its place
        } else {
            SignalKind::interrupt()
        };
        Some((signal(SignalKind::terminate())?, signal(other)?))
    };
    let (stopping, stop) = watch::channel(false);
    let (shared, places) = (Arc::new(shared), Arc::new(Semaphore::new(most_connections())));
    say(format_args!("listening on http://{}", shared.service.server.address));
    loop {
        let place = if broken("full-does-not-hear-the-stop") {
            places.clone().acquire_owned().await.ok()
        } else {
            None
        };
        let accepted = tokio::select! {
            accepted = next_client(&listening, &places, place) => accepted,
            () = asked_to_stop(&mut signals) => break,
        };
        match accepted {
            Ok((connection, client, place)) => {
                let task = serve_connection(connection, client, shared.clone(), stop.clone());
                give(task, place, places.clone()).await;
            }
            Err(error) if meaning(&error) == Meaning::End || broken("accept-ends-it") => {
                return Err(error.into());
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
    let kept = broken("stop-keeps-the-port").then_some(listening); // else it is dropped here
    let held = broken("stop-holds-a-receiver").then_some(stop); // and so is this
    if !broken("stop-tells-nobody") {
        stopping.send_replace(true);
    }
    if !broken("stop-does-not-wait") {
        stopping.closed().await;
    }
    drop((kept, held));
    if broken("stop-fails") {
        return Err(io::Error::other("stopped by a signal").into());
    }
    Ok(())
}

async fn asked_to_stop(signals: &mut Option<(Signal, Signal)>) {
    let Some((terminate, interrupt)) = signals else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

type Accepted = (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>);

/// Waits for a free place, unless there is one, and then for a client.
async fn next_client(
    listening: &TcpListener,
    places: &Arc<Semaphore>,
    place: Option<OwnedSemaphorePermit>,
) -> io::Result<Accepted> {
    let waits = place.is_none() && !broken("place-after-accept") && !broken("full-turns-away");
    let place = if waits { places.clone().acquire_owned().await.ok() } else { place };
    let (connection, client) = listening.accept().await?;
    Ok((connection, client, place))
}

/// Step 1: a task of its own for a connection. Its place is free again when the task ends.
async fn give(
    task: impl Future<Output = ()> + Send + 'static,
    mut place: Option<OwnedSemaphorePermit>,
    places: Arc<Semaphore>,
) {
    if broken("full-turns-away") {
        place = places.clone().try_acquire_owned().ok();
        if place.is_none() {
            return; // and the connection is closed
        }
    }
    let task = async move {
        if broken("place-after-accept") {
            place = places.acquire_owned().await.ok();
        }
        task.await;
        match place {
            Some(place) if broken("place-is-lost") => place.forget(),
            place => drop(place),
        }
    };
    if broken("awaits-inline") {
        task.await; // nobody else is accepted meanwhile
    } else if broken("awaits-the-task") {
        let _ = tokio::spawn(task).await; // the same, with more words
    } else if broken("thread-each") {
        let runtime = Handle::current();
        std::thread::spawn(move || runtime.block_on(task));
    } else if broken("blocking-thread-each") {
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || runtime.block_on(task));
    } else {
        tokio::spawn(task);
    }
}
