//! Hardening: an application that does what no application should, to see what becomes of the
//! others. The demo's mistakes are over in a moment; these last.

use std::borrow::Cow;
use std::hint::black_box;
use std::iter;
use std::thread::{park, park_timeout};
use std::time::Duration;

use crate::gateway::application::{Answer, Body, StartResponse, whole};
use crate::gateway::environ::Environ;

/// How much is sent at once.
const PIECE: usize = 64 * 1024;
/// How much is taken at once. It is never written to, so it is only address space, of which a process
/// may have some 128 TiB: no other program lacks memory meanwhile.
const GIB: usize = 1 << 30;
/// How often it is looked whether there is something to say. There never is.
const LOOK: Duration = Duration::from_millis(1);

/// `/block`, `/endless`, `/nothing`, `/allocate`, `/panic-in-drop`, `/reset`; greets otherwise.
///
/// # Errors
/// `start_response` was called wrongly: never.
// ANCHOR: unruly
pub fn unruly<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let path = environ.text("PATH_INFO");
    let status = if path == "/reset" { "205 Reset Content" } else { "200 OK" };
    start_response(status, &[("Content-Type", b"text/plain; charset=utf-8")], None)?;
    let body: Body = match path.as_str() {
        "/block" => loop {
            park(); // nobody will ever wake it
        },
        "/endless" => Box::new(iter::repeat_with(|| Ok(Cow::from(vec![b'x'; PIECE])))),
        "/nothing" => Box::new(iter::repeat_with(|| {
            park_timeout(LOOK); // as good as sleep: nobody will wake it
            Ok(Cow::from(&b""[..]))
        })),
        "/reset" => whole(b"a 205 must not have this\n"),
        "/allocate" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(Vec::<u8>::with_capacity(GIB)));
            }
        }
        "/panic-in-drop" => Box::new(PanicsInDrop(whole(b"answered\n"))),
        _ => whole(b"hello\n"),
    };
    Ok(body)
}
// ANCHOR_END: unruly

/// A body whose `close()` fails.
struct PanicsInDrop<'r>(Body<'r>);

impl<'r> Iterator for PanicsInDrop<'r> {
    type Item = <Body<'r> as Iterator>::Item;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl Drop for PanicsInDrop<'_> {
    fn drop(&mut self) {
        panic!("/panic-in-drop panics when its body is dropped")
    }
}
