//! More clients at once than the backlog holds.
//!
//! The kernel completes a connection only when the backlog has room: while it has none, the next
//! client's `connect` waits, and tries again after a second. So nobody is refused, however slow the
//! server is, and the clients come as fast as they are let in.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::check::{Check, Verdict};
use crate::failure::Failure;
use crate::grade::need_descriptors;
use crate::patience::{CHECK_SECONDS, patience};
use crate::scene;
use crate::soak::Had;
use crate::target::Target;

/// How many come.
const CLIENTS: usize = 5000;

/// How many read their answers at the same time: more than stage 4 has children, so that nobody who
/// has been answered keeps one of them.
const READERS: usize = 300;

const HELLO: &[u8] = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// For a server of stage 4 or 5. It needs the whole machine.
pub const BURST: Check = Check {
    id: "crowd-burst",
    title: "5,000 clients that come at once are all answered, and nothing is left of them",
    rule: "POSIX listen(2): who is not accepted yet waits in the backlog",
    hint: "At the limit of children or connections, stop accepting; never accept a client to close it \
           unheard.",
    run: burst,
};

fn burst(target: &Target) -> Verdict {
    need_descriptors(2 * CLIENTS as u64)?;
    let server = target.launch().arg("--quiet").start()?;
    let first = Had::now(&server);
    let address = server.address();
    let (connected, queue) = channel();
    let queue = Mutex::new(queue);
    let unanswered: Vec<String> = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| read_all(&queue))).collect();
        let came = (0..CLIENTS).try_for_each(|_| {
            scene::goes_on();
            // The readers live as long as this sender does.
            come(address).map(|client| connected.send(client).unwrap_or_default())
        });
        drop(connected);
        let answered = readers.into_iter().flat_map(|reader| reader.join().unwrap_or_default());
        came.err()
            .map(|error| format!("can't connect: {error}"))
            .into_iter()
            .chain(answered)
            .collect()
    });
    if let Some(one) = unanswered.first() {
        let what = format!("every client is answered; {} were not: {one}", unanswered.len());
        return Err(Failure::new(what).of(&server));
    }
    Had::when_quiet(&server, &first).map(|_| ())
}

fn come(address: SocketAddr) -> io::Result<TcpStream> {
    let mut client = TcpStream::connect_timeout(&address, patience(CHECK_SECONDS))?;
    client.set_read_timeout(Some(patience(CHECK_SECONDS)))?;
    client.write_all(HELLO)?;
    Ok(client)
}

/// Reads answer after answer; says which were none.
fn read_all(queue: &Mutex<Receiver<TcpStream>>) -> Vec<String> {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
    std::iter::from_fn(|| next().ok()).filter_map(|client| answered(client).err()).collect()
}

fn answered(mut client: TcpStream) -> Result<(), String> {
    let mut answer = Vec::new();
    let read = client.read_to_end(&mut answer);
    let is_right =
        answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(b"Hello world from Rust!\n");
    if read.is_ok() && is_right {
        return Ok(());
    }
    Err(format!("{read:?}, {:?}", String::from_utf8_lossy(&answer)))
}
