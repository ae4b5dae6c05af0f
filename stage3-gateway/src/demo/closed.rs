//! First reading: a body is dropped when the server is done with it, always: also when the client
//! has left. In Python this is the body's `close()`, and a server can forget to call it.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use super::text;
use crate::gateway::application::{Body, StartResponse};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;

/// How many bodies this process has dropped. On stage 4 each request has a process of its own, and
/// memory that one process changes is not changed in any other.
static CLOSED: AtomicU64 = AtomicU64::new(0);

/// `/closed`: how many there were before this one.
pub fn closed<'r>(
    _environ: &mut Environ<'r>,
    start_response: &mut StartResponse<'_>,
) -> Result<Body<'r>, Error> {
    text(start_response, "200 OK", format!("{}\n", count()).into_bytes())
}

pub(super) fn count() -> u64 {
    CLOSED.load(Ordering::Relaxed)
}

/// The body, and its drop is counted.
// ANCHOR: counted
pub fn counted(body: Body) -> Body {
    Box::new(Counted(body))
}

struct Counted<'r>(Body<'r>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        CLOSED.fetch_add(1, Ordering::Relaxed);
    }
}

impl<'r> Iterator for Counted<'r> {
    type Item = Result<Cow<'r, [u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    /// Handed on, so that the server still learns of a body of one piece, and computes its length.
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
// ANCHOR_END: counted
