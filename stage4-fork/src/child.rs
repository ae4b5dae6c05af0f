//! First reading: what a child does: answer one client, and end.

use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};

use signal_hook::low_level::exit;
use stage3_gateway::connection::{Service, serve_connection};
use stage3_gateway::http::date::date_line;
use stage3_gateway::http::head::Head;

/// The exit code of a child that panicked: Rust's own.
const PANICKED: i32 = 101;

/// Serves the one request of a connection, and ends the process.
///
/// It ends with `_exit`, here: a child that returned, or let a panic through, would come back into
/// the parent's loop; and what is registered for the end of a process is for the parent to do.
// ANCHOR: answer
pub fn answer(connection: TcpStream, client: SocketAddr, service: &Service) -> ! {
    let answered = catch_unwind(AssertUnwindSafe(|| {
        connection.set_nonblocking(false)?; // some systems hand this on from the listening socket
        serve_connection(&connection, client, service)
    }));
    // That the client has gone is its own affair; that we panicked is not.
    exit(if answered.is_ok() { 0 } else { PANICKED })
}
// ANCHOR_END: answer

/// Does what every child would else do again. At its first head, `httparse` asks the processor
/// what it can do, and remembers; the first date brings in functions of the C library, ten pages.
/// What the parent has, the children have.
// ANCHOR: warm-up
pub fn warm_up() {
    let _ = Head::parse(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    date_line(&mut Vec::new());
}
// ANCHOR_END: warm-up
