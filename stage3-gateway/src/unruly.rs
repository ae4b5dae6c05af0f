//! Hardening: an application that does what no application should, to see what becomes of the
//! others. The demo's mistakes are over in a moment; these last.

use std::borrow::Cow;
use std::hint::black_box;
use std::io::Write;
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

/// `/block`, `/endless`, `/nothing`, `/allocate`, `/panic-in-drop`, `/reset`; `/raise/…`, `/panic/…` and
/// `/errors/…`, which say what they were asked for where the people who run the server read it; greets
/// otherwise.
///
/// # Errors
/// `/raise/…`.
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
        _ if path.starts_with("/raise/") => return Err(format!("no page {path}").as_str().into()),
        _ if path.starts_with("/panic/") => panic!("no page {path}"),
        _ if path.starts_with("/errors/") => {
            let mut errors = environ.errors();
            // A line in two pieces, and one without its end. That they can't be written is no error.
            let _ = write!(errors, "no page ").and_then(|()| writeln!(errors, "{path}"));
            let _ = write!(errors, "that was all");
            whole(b"said\n")
        }
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
