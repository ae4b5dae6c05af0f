//! First reading: a child for each connection.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};

use nix::unistd::ForkResult;
use stage1_echo::accept_errors::AcceptRetry;
use stage3_gateway::connection::Service;

use crate::accept_errors::recover;
use crate::child;
use crate::children::Children;
use crate::fork::fork;
use crate::refuse::refuse;
use crate::signals::Signals;
use crate::stop::Stop;

/// Serves each client in a process of its own, until a signal asks to stop.
///
/// # Errors
/// The program has more than one thread, and must not fork; the listening socket is of no more use;
/// or a second signal cut off what the first let finish.
// ANCHOR: serve
pub fn serve(
    listening: TcpListener,
    signals: Signals,
    service: &Service,
    mut stop: Stop,
) -> io::Result<()> {
    listening.set_nonblocking(true)?; // only poll may sleep: it wakes up for signals too
    child::warm_up();
    let (mut children, mut retry) = (Children::default(), AcceptRetry::default());
    while let Some((connection, client)) =
        next(&listening, &signals, &mut children, &mut stop, &mut retry)?
    {
        match fork() {
            Ok(ForkResult::Child) => {
                drop(listening); // else the port is taken for as long as the child lives
                drop(signals); // the parent's signals are not the child's
                child::answer(connection, client, service) // never returns
            }
            Ok(ForkResult::Parent { child }) => children.add(child),
            Err(error) => refuse(&connection, client, service, error),
        }
        drop(connection); // its scope ends here anyway; kept, it costs a descriptor for each client
    }
    drop(listening);
    stop.finish(&mut children, &signals)
}
// ANCHOR_END: serve

/// Waits for the next connection, and reaps meanwhile. `None` if no more are to be served.
// ANCHOR: next
fn next(
    listening: &TcpListener,
    signals: &Signals,
    children: &mut Children,
    stop: &mut Stop,
    retry: &mut AcceptRetry,
) -> io::Result<Option<(TcpStream, SocketAddr)>> {
    loop {
        stop.note(signals.asked_to_stop());
        children.reap();
        if stop.is_due() {
            return Ok(None);
        }
        if !children.have_room() {
            signals.wait(None, stop.time_left()); // a client that comes now waits in the backlog
            continue;
        }
        match listening.accept() {
            Ok(accepted) => {
                retry.reset();
                return Ok(Some(stop.counted(accepted)));
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => {
                recover(retry, error, signals, stop.time_left())?;
            }
            Err(_) if stop.is_begun() => return Ok(None),
            Err(_) => {
                retry.reset(); // `accept` works, and has found nobody
                signals.wait(Some(listening), None);
            }
        }
    }
}
// ANCHOR_END: next
