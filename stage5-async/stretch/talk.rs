//! Stretch exercise "a talk", worked out: WebSocket (RFC 6455). What one client says, all hear.
//!
//! New beside stage 5: a connection that changes its protocol, and a task that waits for three
//! things at once: for its own client, for what the others say, and for the end of the server.
//! A request and its answer take turns; here, both sides speak when they like.
//!
//! It still lacks what a server on the open internet needs: a look at `Origin`, since any page may
//! open a WebSocket to any server; pings to clients that may have gone without a word; a limit on how
//! much one client may say. And its other answers end their connections; stage 5's own don't.

#[path = "accept_key.rs"]
mod accept_key;
#[path = "frames.rs"]
mod frames;
#[path = "upgrade.rs"]
mod upgrade;

use std::net::{self, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::applications::{APPLICATIONS, by_name};
use stage3_gateway::command_line::arguments;
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use stage5_async::accept::{Listening, accept};
use stage5_async::access_log::{AccessLog, LAST_LINES};
use stage5_async::blocking::Blocking;
use stage5_async::connection::Service;
use stage5_async::limits::raise_descriptor_limit;
use stage5_async::places::Places;
use stage5_async::stop::{Signals, Stop};
use stage5_async::wire::Wire;
use tokio::net::TcpStream;
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};
use tokio::task::yield_now;

use crate::frames::{Frames, GOING_AWAY, PONG, Said, TOO_SLOW, close, frame};
use crate::upgrade::{Way, first_request};

const HELP: &str = "\
stage5-stretch-talk: serves an application, and WebSocket at /talk: what one says, all hear

Usage: stage5-stretch-talk [--quiet] [APPLICATION]
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=5";

/// How many messages a client may be behind the others. Then it is let go: what is not heard by one
/// would else be kept for all.
const BEHIND: usize = 64;

/// What is said goes to everybody as the frame that is sent, made once.
type Room = broadcast::Sender<Arc<[u8]>>;
type Ears = broadcast::Receiver<Arc<[u8]>>;

#[tokio::main]
async fn main() -> ExitCode {
    exit("stage5-stretch-talk", start().await)
}

async fn start() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    let application =
        by_name(&arguments.application).expect("arguments lets only known names pass");
    let patience = Patience::from_env(HeadPatience::concurrent_from_env()?)?;
    raise_descriptor_limit()?;
    let (listening, address) = listen_from_env(1024)?;
    let listening = net::TcpListener::from(listening);
    let server = Server { address, multithread: true, multiprocess: false };
    let log = (!arguments.quiet).then(AccessLog::start).transpose()?;
    let lines = log.clone();
    let service = Service { answer: Blocking::new(application), server, patience, log };
    let signals = Signals::listen()?;
    say(format_args!("listening on http://{address}"));
    let result = serve(Listening::new(listening)?, signals, service).await;
    if let Some(lines) = lines {
        lines.finish(LAST_LINES);
    }
    result
}

async fn serve(
    mut listening: Listening,
    mut signals: Signals,
    service: Service<Blocking>,
) -> Result<(), Failure> {
    let (stopping, stop) = Stop::channel();
    let (places, service, room) = (Places::new(), Arc::new(service), Room::new(BEHIND));
    loop {
        let (stream, client, place) = tokio::select! {
            accepted = accept(&mut listening, &places) => accepted?,
            () = signals.next() => break,
        };
        let (service, room, stop) = (service.clone(), room.clone(), stop.clone());
        tokio::spawn(async move {
            serve_connection(stream, client, &service, &room, stop).await;
            drop(place);
        });
    }
    drop(listening);
    stopping.send_replace(true);
    places.all_free().await;
    Ok(())
}

/// The first request decides what becomes of a connection.
async fn serve_connection(
    stream: TcpStream,
    client: SocketAddr,
    service: &Service<Blocking>,
    room: &Room,
    mut stop: Stop,
) {
    let mut wire = Wire::new(stream, service.patience);
    match first_request(&mut wire, client, service, &mut stop).await {
        Way::Talk => {
            // Before the client knows that it is in: from then on it hears everything.
            let ears = room.subscribe();
            if wire.flush().await.is_ok() {
                talk(&mut wire, room, ears, &mut stop).await;
            }
        }
        Way::Answered => _ = wire.flush().await,
        Way::Gone => return,
    }
    wire.close_gently().await;
}

/// Until one of the two ends it, or the server does.
async fn talk(wire: &mut Wire, room: &Room, mut ears: Ears, stop: &mut Stop) {
    let mut frames = Frames::default();
    loop {
        let last = match frames.next(wire.unused()) {
            Err(code) => Some(close(&code.to_be_bytes())),
            Ok(Some((taken, said))) => {
                wire.used += taken;
                answer(said, wire, room)
            }
            Ok(None) => tokio::select! {
                // Nothing is lost when another branch is taken: all that was read is kept in `wire`.
                filled = wire.fill() => if matches!(filled, Ok(1..)) { None } else { return },
                heard = ears.recv() => hear(heard, wire),
                () = stop.stopping() => Some(close(&GOING_AWAY.to_be_bytes())),
            },
        };
        // Whoever says much at once hears it too, before the next frame.
        let last = last.or_else(|| hear_the_rest(&mut ears, wire));
        wire.out.extend_from_slice(last.as_deref().unwrap_or_default());
        wire.begin();
        // In here the task waits for its own client alone, and the room goes on without it.
        if wire.flush().await.is_err() || last.is_some() {
            return;
        }
        // A client that says a lot at once would else have the thread until all is said, and the
        // others would be behind.
        yield_now().await;
    }
}

/// What one frame of the client asks for; the last frame to it, if the talk is over.
fn answer(said: Said, wire: &mut Wire, room: &Room) -> Option<Vec<u8>> {
    match said {
        // It fails if nobody is in the room; but we are.
        Said::Message(kind, message) => _ = room.send(frame(kind, &message).into()),
        Said::Ping(data) => wire.out.extend(frame(PONG, &data)),
        Said::Close(reason) => return Some(close(&reason)),
        Said::Nothing => {}
    }
    None
}

/// What somebody has said; the last frame to this client, if it has missed something.
fn hear(heard: Result<Arc<[u8]>, RecvError>, wire: &mut Wire) -> Option<Vec<u8>> {
    let Ok(heard) = heard else { return Some(close(&TOO_SLOW.to_be_bytes())) };
    wire.out.extend_from_slice(&heard);
    None
}

/// The same for all that has been said already.
fn hear_the_rest(ears: &mut Ears, wire: &mut Wire) -> Option<Vec<u8>> {
    loop {
        let heard = match ears.try_recv() {
            Ok(heard) => Ok(heard),
            Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
        };
        if let Some(last) = hear(heard, wire) {
            return Some(last);
        }
    }
}
