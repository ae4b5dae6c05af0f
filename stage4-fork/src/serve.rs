//! First reading: a child for each connection.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};

use nix::unistd::ForkResult;
use stage1_echo::accept_errors::AcceptRetry;
use stage3_gateway::connection::Service;

use crate::accept_errors::recover;
use crate::child;
use crate::children::Children;
use crate::fork::{fork, only_thread};
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
    only_thread()?; // nothing below starts one
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

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::os::fd::OwnedFd;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::thread::spawn;
    use std::time::Duration;

    use stage2_single_request::limits::HeadPatience;
    use stage3_gateway::demo::hello;
    use stage3_gateway::gateway::environ::Server;
    use stage3_gateway::limits::Patience;
    use stage3_gateway::log::Log;

    use super::*;

    /// The socket is none that listens: so `serve` returns in any case, and why is the question.
    #[test]
    fn a_program_with_a_second_thread_is_refused() {
        let (end, until) = channel::<()>();
        let second = spawn(move || until.recv());
        let socket = UdpSocket::bind("127.0.0.1:0").expect("any port");
        let address = socket.local_addr().expect("it is bound");
        let server = Server { address, multithread: false, multiprocess: true };
        let head = HeadPatience::concurrent_from_env().expect("the usual one");
        let patience = Patience::from_env(head).expect("the usual one");
        let service = Service { application: Arc::new(hello), server, patience, log: Log::Quiet };
        let signals = Signals::catch().expect("there are descriptors");
        let stop = Stop::new(Duration::ZERO);
        let listening = TcpListener::from(OwnedFd::from(socket));
        let refused = serve(listening, signals, &service, stop).expect_err("there are two threads");
        assert!(refused.to_string().contains("threads"), "{refused}");
        drop(end);
        let _ = second.join();
    }
}
