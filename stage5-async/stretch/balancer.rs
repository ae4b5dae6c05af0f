//! Stretch exercise "more machines", worked out: a server in front of others, which hands each
//! connection to the next of them.
//!
//! New beside stage 5: a task that waits for two connections at once, whichever has something to
//! say. It understands nothing of what goes through, so it serves any protocol: what is HTTP about
//! it is the 502 when nobody can be reached.
//!
//! It still lacks what HTTP would make possible: requests of one connection that go to different
//! servers, a `Forwarded` field (RFC 7239) so that those see the real client's address, an answer
//! that is asked for again elsewhere when a server fails. And it finds out anew with each connection
//! that a server is down: a real one asks for their health now and then, and remembers.

use std::env;
use std::net::{self, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::{say, warn};
use stage2_single_request::limits::LINGER;
use stage2_single_request::response::Response as Page;
use stage5_async::accept::{Listening, accept};
use stage5_async::limits::{raise_descriptor_limit, stop_patience_from_env};
use stage5_async::places::Places;
use stage5_async::stop::Signals;
use tokio::io::{AsyncWriteExt, copy, copy_bidirectional, sink};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long a server has to take a connection. On the same net it takes a millisecond; a machine
/// that has lost its power never answers, and the client must not wait for the system to give up.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> ExitCode {
    exit("stage5-stretch-balancer", start().await)
}

async fn start() -> Result<(), Failure> {
    let upstreams = upstreams_from_env()?;
    let patience = stop_patience_from_env()?;
    raise_descriptor_limit()?;
    let (listening, address) = listen_from_env(1024)?;
    let listening = net::TcpListener::from(listening);
    let (listening, places) = (Listening::new(listening)?, Places::new());
    let mut signals = Signals::listen()?;
    say(format_args!("listening on http://{address}"));
    serve(listening, upstreams, &places, &mut signals).await?;
    // The listening socket is closed; who is connected may finish.
    tokio::select! {
        () = places.all_free() => {}
        () = sleep(patience) => warn(format_args!("stopping: {} took too long", places.taken())),
        () = signals.next() => return Err(Failure::System("ended by a second signal".into())),
    }
    Ok(())
}

/// The servers behind this one: `UPSTREAMS=127.0.0.1:9001,127.0.0.1:9002`.
fn upstreams_from_env() -> Result<Vec<SocketAddr>, Failure> {
    let usage = "set UPSTREAMS to addresses of servers, such as 127.0.0.1:9001,127.0.0.1:9002";
    let wrong = || Failure::Usage(usage.into());
    let named = env::var("UPSTREAMS").map_err(|_| wrong())?;
    named.split(',').map(|one| one.trim().parse().map_err(|_| wrong())).collect()
}

/// Gives each connection a task and the next server, until a signal asks to stop.
async fn serve(
    mut listening: Listening,
    mut upstreams: Vec<SocketAddr>,
    places: &Places,
    signals: &mut Signals,
) -> Result<(), Failure> {
    loop {
        let (client, _, place) = tokio::select! {
            accepted = accept(&mut listening, places) => accepted?,
            () = signals.next() => return Ok(()),
        };
        let in_turn = upstreams.clone();
        upstreams.rotate_left(1);
        tokio::spawn(async move {
            pass_on(client, &in_turn).await;
            drop(place);
        });
    }
}

/// Passes on what each side says to the other, and the end of each side too, until both have ended.
/// Each direction has one buffer of 8 KiB: who does not read makes the other one wait.
async fn pass_on(mut client: TcpStream, upstreams: &[SocketAddr]) {
    match reach(upstreams).await {
        // A side that fails takes the other one with it: both are closed here.
        Some(mut upstream) => _ = copy_bidirectional(&mut client, &mut upstream).await,
        None => refuse(client).await,
    }
}

/// The first of these servers that takes a connection.
async fn reach(upstreams: &[SocketAddr]) -> Option<TcpStream> {
    for address in upstreams {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(upstream)) => {
                let _ = upstream.set_nodelay(true); // pieces go on as they come
                return Some(upstream);
            }
            Ok(Err(error)) => warn(format_args!("{address}: {error}")),
            Err(_) => warn(format_args!("{address}: no answer within {PATIENCE:?}")),
        }
    }
    None
}

/// Tells the client, whatever it was going to ask (RFC 9110 s15.6.3), and lets it finish its
/// sentence, so that the answer arrives.
async fn refuse(mut client: TcpStream) {
    let page = Page::plain(502, "no server can be reached; try again later");
    let _ = timeout(LINGER, async {
        client.write_all(&page.to(b"")).await?;
        client.shutdown().await?;
        copy(&mut client, &mut sink()).await
    })
    .await;
}
