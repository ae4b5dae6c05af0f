//! Bodies are dropped: `close()` in the words of the PEP. `/closed` counts them in its process.

use super::cut::Cut;
use super::talk::{get, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, fail};
use crate::exchange::ask;
use crate::failure::Failure;
use crate::server::Server;
use crate::target::Target;

const RULE: &str = "PEP 3333: close() must be called when the request is done, however it ends";

/// Where the requests of a server share one process.
pub const CHECKS: &[Check] = &[
    Check {
        id: "closed-each-body",
        title: "each body is dropped once when its answer is done",
        rule: RULE,
        hint: "Drop the body when its last piece has been sent: a file may be open in it.",
        run: |target| counts(target, &["/hello", "/stream", "/big?n=100000", "/status/404"]),
    },
    Check {
        id: "closed-without-content",
        title: "a body of which nothing is sent is dropped too",
        rule: RULE,
        hint: "HEAD, 204 and 304 send no piece; the body is there all the same.",
        run: without_content,
    },
    Check {
        id: "closed-after-a-failure",
        title: "a body that fails, is too short or too long is dropped too",
        rule: RULE,
        hint: "Every way out must pass by the close (in Rust: the drop), and only once: errors and \
               early ends as well. A `?` may leave before it.",
        run: |target| counts(target, &["/raise-late", "/cl-short", "/cl-long", "/never"]),
    },
    Check {
        id: "closed-when-the-client-leaves",
        title: "a body whose client leaves in the middle of it is dropped",
        rule: RULE,
        hint: "When a write fails, leave the loop over the body and not the function.",
        run: client_leaves,
    },
];

/// The count, from a process that may still be busy with the body before.
fn closed(server: &Server) -> Result<u64, Failure> {
    let (client, response) = visit(server, "/closed", 200)?;
    let digits: String = response.text().chars().filter(char::is_ascii_digit).collect();
    digits.parse().or_else(|_| fail(&client, "/closed answers with a number"))
}

/// Waits until so many bodies have been dropped since `before`; those of `/closed` count as well.
fn expect_closed(server: &Server, before: u64, bodies: u64) -> Verdict {
    let what = format!("{bodies} more bodies to be dropped, and those of /closed itself");
    let mut asked = 0;
    let more = server.wait_until(&what, || match closed(server) {
        Ok(now) => {
            asked += 1;
            (now >= before + bodies + asked).then(|| Ok(now - before - asked))
        }
        Err(failure) => Some(Err(failure)),
    })??;
    expect(server, more == bodies, format!("{bodies} bodies are dropped, and not {more}"))
}

fn counts(target: &Target, paths: &[&str]) -> Verdict {
    let server = target.start()?;
    let before = closed(&server)?;
    for path in paths {
        Cut::of(&server, path)?;
    }
    expect_closed(&server, before, paths.len() as u64)
}

fn without_content(target: &Target) -> Verdict {
    let server = target.start()?;
    let before = closed(&server)?;
    for path in ["/status/204", "/status/304"] {
        ask(&server, get(path))?;
    }
    for path in ["/hello", "/big?n=100000", "/stream"] {
        ask(&server, request("HEAD", path, ""))?;
    }
    expect_closed(&server, before, 5)
}

fn client_leaves(target: &Target) -> Verdict {
    let server = target.start()?;
    let before = closed(&server)?;
    for _ in 0..2 {
        let mut client = server.connect()?;
        client.send(get("/big?n=100000000").as_bytes())?;
        client.read_exact_n(1000)?;
    }
    expect_closed(&server, before, 2)
}
