//! Stage 5, yours: one process for all. It works, for one client at a time, without content.
//!
//! Seven steps, in this order, each marked below where it starts; after each one, `cargo test -p
//! stage5-async`: it names the next, and after the seventh the bonus steps. What knows HTTP comes
//! from stages 2 and 3, and touches no socket: that is yours. To read: tokio.rs/tokio/tutorial;
//! docs.rs/tokio.

use std::io::{self, Read};
use std::net::{self, SocketAddr};
use std::ops::Range;
use std::process::ExitCode;

use stage1_echo::accept_errors::{Meaning, PAUSE, meaning};
use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
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
use tokio::time::{sleep, timeout};

const HELP: &str = "Usage: stage5-mine [--quiet] [APPLICATION], or --list to name the applications
PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=5 (seconds) come from the environment";

#[tokio::main] // as many threads as processors; TOKIO_WORKER_THREADS=1 for one
async fn main() -> ExitCode {
    exit("stage5-mine", start().await)
}

/// All that a server does before its first client, as in stage 3.
async fn start() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
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

/// Serves until the listening socket is of no more use; after step 7, until SIGTERM.
async fn serve(listening: TcpListener, service: Service) -> Result<(), Failure> {
    // Step 7, stop: tokio::signal::unix, set up before the next line is printed. At SIGTERM or
    // SIGINT: let go of the port, tell all connections (`watch`), wait until the last has ended,
    // return Ok. (`watch::Sender::closed` waits until no receiver is left: drop your own.) Where
    // nothing of a head has come, on a new connection too, that is the end; who is answering
    // finishes, and says close if the head is not out yet: let `persists` of the sink ask.
    say(format_args!("listening on http://{}", service.server.address));
    // Let this line name the step that you are at; it goes with the last one, and `warn` above.
    warn(format_args!("step 1 is missing: the second client waits for the first"));
    loop {
        match listening.accept().await {
            // Step 1, a task each: `await` here, and nobody else is accepted meanwhile. A task
            // may outlive this loop, so it can't borrow from it. (No thread each, either.)
            Ok((connection, client)) => serve_connection(connection, client, &service).await,
            Err(error) if meaning(&error) == Meaning::End => return Err(error.into()),
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Serves one request, and ends the connection. That the client has gone is its own affair.
async fn serve_connection(mut connection: TcpStream, client: SocketAddr, service: &Service) {
    let _ = connection.set_nodelay(true); // pieces go out as they come
    // Step 4, stay connected: from here on, one request after the other, as long as `respond` says
    // so: `persistent` in the Outcome of `answer`. The sink's `persists`, so far no to all, is yes.
    // Step 5, pipelining: what came behind a request is the next one: keep it, look there first.
    let mut received = Vec::with_capacity(8 * 1024);
    let persists = match next_head(&mut connection, &mut received).await {
        Ok(None) => return,
        Ok(Some(head)) => respond(&mut connection, client, service, &mut received, head).await,
        Err(fault) => refuse(&mut connection, client, service, &received, &fault.into()).await,
    };
    if let Ok(false) = persists {
        close_gently(connection).await; // so that the answer arrives: see stage 2's `close.rs`
    }
}

/// Reads until a head is whole, and returns where in `received` it is; `None` if the client left.
async fn next_head(
    connection: &mut TcpStream,
    received: &mut Vec<u8>,
) -> Result<Option<Range<usize>>, HeadFault> {
    // Step 6, deadlines (pass `service.patience` in, and whether this is the first head). The first
    // has `head.whole` from the start, any other `idle` until its first byte (perhaps in `received`
    // already), `head.whole` from there. `timeout_at`: one deadline, however the bytes come. Too
    // late: HeadFault::TooSlow if anything has come of this head; else no answer: nothing was asked.
    let mut head_end = HeadEnd::default();
    loop {
        match connection.read_buf(received).await {
            Ok(0) if received.is_empty() => return Ok(None),
            Ok(0) => return Err(HeadFault::Truncated),
            Ok(_) => {}
            Err(_) => return Ok(None),
        }
        if let Some(head) = head_end.find(received)? {
            return Ok(Some(head));
        }
    }
}

/// Answers one request, whose head leaves `received`. Returns whether the connection can go on.
async fn respond(
    connection: &mut TcpStream,
    client: SocketAddr,
    service: &Service,
    received: &mut Vec<u8>,
    head: Range<usize>,
) -> io::Result<bool> {
    let head: Vec<u8> = received.drain(..head.end).skip(head.start).collect();
    if let Err(fault) = understand(&head, service.patience.content) {
        return refuse(connection, client, service, &head, &fault).await;
    }
    // Step 4, the content: `understand` also returns a decoder. Show it what is in `received`,
    // drain what it takes, and read more, until `is_done`: one call gives one piece. Read all of it
    // (8 MiB at most) before the application runs; `answer` gets it, as a Cursor in place of
    // `io::empty()`. Refuse a fault in it; a read of 0 bytes is one: `Fault::ContentTruncated`.
    let mut response = Collected::default();
    // Step 2, off the loop: while `answer` runs, which may take as long as it likes, this thread
    // does nothing else. `spawn_blocking` has threads for that; they own what they work on, and
    // return what you need then: response and Outcome. `.await?` makes a JoinError an io::Error.
    answer(service, client, &head, io::empty(), &mut response);
    // Step 3, pieces: a bounded channel from that thread to here, and a Sink with its sender in
    // place of `Collected`. Write each piece when it comes; await the thread behind the last. If
    // the client takes nothing, the application waits (`blocking_send`); if it left, `send` fails.
    connection.write_all(&response.0).await?;
    Ok(false)
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
        if self.0.len() + bytes.len() > 8 * 1024 * 1024 {
            warn(format_args!("step 3 is missing: this answer is too large to be held in memory"));
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    /// Asked right before the head goes out, which says `Connection: close` if this is false.
    fn persists(&self) -> bool {
        false
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
    let (status, sent) = (page.status, page.content.len() as u64);
    service.log.answered(client, received, Outcome { status, sent, persistent: false });
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
