//! A thread for each connection: `door-threads`.
//!
//! The accept loop of stage 3, and a thread in place of the call. Everything that a client can hold up
//! is its own thread. What threads share is memory: an application that is called here must stand being
//! called by many at once, which `Send + Sync` in the trait says already.

use std::io;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, sleep};

use doors::open;
use stage1_echo::accept_errors::{AcceptRetry, recover};
use stage1_echo::contract::{Failure, exit};
use stage1_echo::terminal::say;
use stage3_gateway::connection::{Service, serve_connection};

/// How many threads there may be. Each reserves address space and holds some memory of the kernel's,
/// and each may run the application: whoever connects without limit must not decide how many.
const THREADS: usize = 512;

const HELP: &str = "\
door-threads: a thread for each connection

Usage: door-threads [--quiet] [APPLICATION]";

fn main() -> ExitCode {
    exit("door-threads", run())
}

fn run() -> Result<(), Failure> {
    let Some((listening, service)) = open(HELP)? else { return Ok(()) };
    say(format_args!("listening on http://{}", service.server.address));
    Ok(serve(&listening, &service, &Places::of(THREADS))?)
}

/// Gives each connection a thread. When all places are taken, the next clients wait in the backlog.
// ANCHOR: serve
fn serve(listening: &TcpListener, service: &Service, places: &Places) -> io::Result<()> {
    let (mut accepting, mut starting) = (AcceptRetry::default(), AcceptRetry::default());
    loop {
        let place = places.take(); // before accept: who can't be served is not let in
        match listening.accept() {
            Ok((connection, client)) => {
                accepting.reset();
                let service = service.clone();
                // A panic ends this thread. Its connection and its place are dropped all the same.
                let serving = move || {
                    let _place = place;
                    let _ = serve_connection(&connection, client, &service); // its own affair
                };
                match Builder::new().spawn(serving) {
                    Ok(_) => starting.reset(),
                    // No thread to be had: the connection went with the closure, and is closed.
                    Err(error) => {
                        let pause = starting.pause(&error);
                        pause.report("thread", &error);
                        sleep(pause.time);
                    }
                }
            }
            Err(error) => recover(&mut accepting, error, listening)?,
        }
    }
}
// ANCHOR_END: serve

/// So many places: a channel that holds one token for each that is free.
struct Places {
    give_back: SyncSender<()>,
    free: Receiver<()>,
}

/// One place; it is free again when this is dropped, in whatever way.
struct Place(SyncSender<()>);

impl Places {
    fn of(number: usize) -> Places {
        let (give_back, free) = sync_channel(number);
        (0..number).for_each(|_| give_back.send(()).expect("the channel has room for all of them"));
        Places { give_back, free }
    }

    /// Waits until a place is free.
    fn take(&self) -> Place {
        self.free.recv().expect("we hold a sender ourselves");
        Place(self.give_back.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.0.try_send(()); // there is room: the token was taken out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_though_its_thread_panicked() {
        let places = Places::of(1);
        let place = places.take();
        let thread = std::thread::spawn(move || {
            let _place = place;
            panic!("on purpose");
        });
        assert!(thread.join().is_err());
        drop(places.take()); // else this waits for ever
    }
}
