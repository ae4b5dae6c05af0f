//! First reading: a body is dropped when the server is done with it, always: also when the client
//! has left. In Python this is the body's `close()`, and a server can forget to call it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Answer, Body, Environ, StartResponse, text};

/// How many bodies this process has dropped. On stage 4 each request has a process of its own, and
/// memory that one process changes is not changed in any other.
static CLOSED: AtomicU64 = AtomicU64::new(0);

/// `/closed`: how many there were before this one.
pub fn closed<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    text(start_response, "200 OK", &format!("{}\n", count()))
}

pub(super) fn count() -> u64 {
    CLOSED.load(Ordering::Relaxed)
}

/// The body, and its drop is counted.
// ANCHOR: counted
pub fn counted(body: Body) -> Body {
    let counts = CountsDrop;
    // The closure owns it and the body owns the closure. What `inspect` makes still tells how many
    // pieces there are: a body of one piece keeps its computed length.
    Box::new(body.inspect(move |_| _ = &counts))
}

struct CountsDrop;

impl Drop for CountsDrop {
    fn drop(&mut self) {
        CLOSED.fetch_add(1, Ordering::Relaxed);
    }
}
// ANCHOR_END: counted
