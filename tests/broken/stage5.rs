//! Stage 5, filled in: the starter with all its steps done, and with a switch for each mistake.
//!
//! `BROKEN=collects cargo run -p stage5-async --bin stage5-broken` makes one of them. The list is in
//! `tests/stage5/broken.rs`, with the check that each of them fails and what a learner is told then.
//! Without `BROKEN`, this server is right.

use std::env;
use std::io::Cursor;
use std::io::{self, Read};
use std::net::{self, SocketAddr};
use std::ops::Range;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use stage1_echo::accept_errors::{Meaning, PAUSE, meaning};
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::{HeadPatience, LINGER};
use stage2_single_request::response::Response as Page;
use stage2_single_request::{fault::Fault as HeadFault, head_end::HeadEnd};
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::{Service, understand};
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::gateway::{response::Outcome, run::run, sink::Sink};
use stage3_gateway::http::{fault::Fault, head::Head, response::Asked};
use stage3_gateway::{limits::Patience, log::Log};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Whether this run makes the mistake of that name.
fn broken(name: &str) -> bool {
    static BROKEN: LazyLock<Option<String>> = LazyLock::new(|| env::var("BROKEN").ok());
    BROKEN.as_deref() == Some(name)
}

const HELP: &str = "Stage 5, filled in.";

#[tokio::main] // as many threads as processors; TOKIO_WORKER_THREADS=1 for one
async fn main() -> ExitCode {
    exit("stage5-broken", start().await)
}

/// All that a server does before its first client, as in stage 3.
async fn start() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else {
        return Ok(());
    };
    let application =
        by_name(&arguments.application).expect("arguments lets only known names pass");
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    let (listening, address) = listen_from_env(1024)?;
    let listening = net::TcpListener::from(listening);
    listening.set_nonblocking(true)?;
    let server = Server { address, multithread: true, multiprocess: false };
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: false } };
    let service = Service { application, server, patience, log };
    serve(TcpListener::from_std(listening)?, service).await
}

/// Serves until SIGTERM or SIGINT, and then until the last connection has ended.
async fn serve(listening: TcpListener, service: Service) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (stopping, stop) = watch::channel(false);
    let service = Arc::new(service);
    say(format_args!("listening on http://{}", service.server.address));
    loop {
        let accepted = tokio::select! {
            accepted = listening.accept() => accepted,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        match accepted {
            Ok((connection, client)) => {
                let task = serve_connection(connection, client, service.clone(), stop.clone());
                if broken("awaits-inline") {
                    task.await; // nobody else is accepted meanwhile
                } else if broken("awaits-the-task") {
                    let _ = tokio::spawn(task).await; // the same, with more words
                } else if broken("thread-each") {
                    let runtime = tokio::runtime::Handle::current();
                    std::thread::spawn(move || runtime.block_on(task));
                } else {
                    tokio::spawn(task);
                }
            }
            Err(error) if meaning(&error) == Meaning::End => return Err(error.into()),
            Err(_) => sleep(PAUSE).await,
        }
    }
    drop(listening);
    drop(stop);
    if !broken("stop-tells-nobody") {
        stopping.send_replace(true);
    }
    if !broken("stop-does-not-wait") {
        stopping.closed().await;
    }
    Ok(())
}

/// Serves one request after the other, and ends the connection.
async fn serve_connection(
    mut connection: TcpStream,
    client: SocketAddr,
    service: Arc<Service>,
    mut stop: watch::Receiver<bool>,
) {
    let mut received = Vec::with_capacity(8 * 1024);
    let mut is_first = true;
    loop {
        let head = next_head(&mut connection, &mut received, &service, is_first, &mut stop).await;
        let persists = match head {
            Ok(None) => return,
            Ok(Some(head)) => {
                respond(&mut connection, client, &service, &mut received, head, &stop).await
            }
            Err(fault) => refuse(&mut connection, client, &service, &received, &fault.into()).await,
        };
        if broken("buffer-is-cleared") {
            received.clear(); // and with it the next request
        }
        is_first = false;
        match persists {
            Ok(_) if broken("one-request-each") => break,
            Ok(_) if broken("ignores-the-outcome") => {}
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => return,
        }
    }
    close_gently(connection).await; // so that the answer arrives: see stage 2's `close.rs`
}

/// Reads until a head is whole, and returns where in `received` it is; `None` if there is none.
async fn next_head(
    connection: &mut TcpStream,
    received: &mut Vec<u8>,
    service: &Service,
    is_first: bool,
    stop: &mut watch::Receiver<bool>,
) -> Result<Option<Range<usize>>, HeadFault> {
    let (whole, idle) = (service.patience.head.whole, service.patience.idle);
    let mut head_end = HeadEnd::default();
    if !broken("reads-before-it-looks")
        && let Some(head) = head_end.find(received)?
    {
        return Ok(Some(head)); // the client has sent it ahead
    }
    let mut has_begun = is_first || !received.is_empty();
    let mut deadline = Instant::now() + if has_begun { whole } else { idle };
    loop {
        let wait = !broken("no-deadline") && (has_begun || !broken("idle-for-ever"));
        let wait = wait && (is_first || !has_begun || !broken("second-head-without-deadline"));
        let until = if wait { deadline } else { Instant::now() + whole * 1000 };
        let read = tokio::select! {
            biased;
            read = timeout_at(until, connection.read_buf(received)) => read,
            () = asked_to_stop(stop), if received.is_empty() => return Ok(None),
        };
        match read {
            Err(_) if received.is_empty() => return Ok(None),
            Err(_) => return Err(HeadFault::TooSlow),
            Ok(Ok(0)) if received.is_empty() => return Ok(None),
            Ok(Ok(0)) => return Err(HeadFault::Truncated),
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Ok(None),
        }
        if !has_begun || broken("timeout-for-each-read") {
            deadline = Instant::now() + whole;
        }
        has_begun = true;
        if let Some(head) = head_end.find(received)? {
            return Ok(Some(head));
        }
    }
}

async fn asked_to_stop(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Answers one request, whose head leaves `received`. Returns whether the connection can go on.
async fn respond(
    connection: &mut TcpStream,
    client: SocketAddr,
    service: &Arc<Service>,
    received: &mut Vec<u8>,
    head: Range<usize>,
    stop: &watch::Receiver<bool>,
) -> io::Result<bool> {
    let head: Vec<u8> = received.drain(..head.end).skip(head.start).collect();
    let mut content = Vec::new();
    match understand(&head, service.patience.content) {
        Err(fault) => return refuse(connection, client, service, &head, &fault).await,
        Ok(_) if broken("content-is-not-read") => {}
        Ok((_, mut decoder)) => {
            while !decoder.is_done() {
                let taken = match decoder.decode(received) {
                    Ok(step) => {
                        content.extend_from_slice(step.content);
                        step.taken
                    }
                    Err(fault) => return refuse(connection, client, service, &head, &fault).await,
                };
                received.drain(..taken);
                let is_short = taken == 0 && !decoder.is_done();
                if is_short && timeout(PATIENCE, connection.read_buf(received)).await?? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
    }
    if broken("content-is-not-handed-over") {
        content.clear();
    }
    if broken("blocks-the-loop") || broken("collects") {
        return collected(connection, client, service, head, content).await;
    }
    let (sender, mut pieces) = mpsc::channel(if broken("unbounded") { 100_000 } else { 2 });
    let mut sink = Pieces { sender, stop: stop.clone() };
    let its = service.clone();
    let job = spawn_blocking(move || answer(&its, client, &head, Cursor::new(content), &mut sink));
    while let Some(piece) = pieces.recv().await {
        connection.write_all(&piece).await?;
    }
    Ok(job.await.is_ok_and(|outcome| outcome.persistent))
}

/// How long a client may say nothing in the middle of its content.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Two mistakes: the whole answer in memory, made on the loop or beside it.
async fn collected(
    connection: &mut TcpStream,
    client: SocketAddr,
    service: &Arc<Service>,
    head: Vec<u8>,
    content: Vec<u8>,
) -> io::Result<bool> {
    let its = service.clone();
    let work = move || {
        let mut response = Collected::default();
        let outcome = answer(&its, client, &head, Cursor::new(content), &mut response);
        (response.0, outcome.persistent)
    };
    let made = if broken("blocks-the-loop") { Ok(work()) } else { spawn_blocking(work).await };
    let (bytes, persistent) = made.map_err(io::Error::other)?;
    connection.write_all(&bytes).await?;
    Ok(persistent)
}

/// Hands each piece to the connection's task, and waits while the client takes nothing.
struct Pieces {
    sender: mpsc::Sender<Vec<u8>>,
    stop: watch::Receiver<bool>,
}

impl Sink for Pieces {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let gone = |_| io::ErrorKind::BrokenPipe.into();
        self.sender.blocking_send(bytes.to_vec()).map_err(gone)
    }

    fn persists(&self) -> bool {
        !*self.stop.borrow()
    }
}

/// Lets the application answer a head that was understood. No I/O of its own: it reads `content`,
/// and hands the response to `sink`, piece by piece, as the application makes it.
fn answer(
    service: &Service,
    client: SocketAddr,
    head: &[u8],
    content: impl Read + Send + Sync,
    sink: &mut dyn Sink,
) -> Outcome {
    let Ok(understood) = Head::parse(head) else {
        return Outcome { status: 0, sent: 0, persistent: false };
    };
    let mut environ = Environ::new(&understood, &service.server, client, Box::new(content));
    let outcome = run(&*service.application, &mut environ, Asked::by(&understood), sink);
    service.log.answered(client, head, outcome);
    outcome
}

/// A response that is held in memory until all of it is there: so there must be an end to it.
#[derive(Default)]
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

/// Says what is wrong with a request. Nobody knows where the next would start: it can't go on.
async fn refuse(
    connection: &mut TcpStream,
    client: SocketAddr,
    service: &Service,
    received: &[u8],
    fault: &Fault,
) -> io::Result<bool> {
    let page = Page::plain(fault.status(), fault);
    let sent = page.content.len() as u64;
    let outcome = Outcome { status: page.status, sent, persistent: false };
    service.log.answered(client, received, outcome);
    connection.write_all(&page.to(received)).await?;
    Ok(false)
}

async fn close_gently(mut connection: TcpStream) {
    let _ = timeout(LINGER, async {
        connection.shutdown().await?;
        tokio::io::copy(&mut connection, &mut tokio::io::sink()).await
    })
    .await;
}
