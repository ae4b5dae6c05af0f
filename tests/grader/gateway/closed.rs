//! Bodies are closed: `/closed` counts them in its process. (In this repository's own servers,
//! dropping a body is the `close()` of the PEP.)

use super::cut::Cut;
use super::talk::{get, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::fail;
use crate::exchange::ask;
use crate::failure::{Failure, Seen};
use crate::server::Server;
use crate::target::Target;

const RULE: &str = "PEP 3333: close() must be called when the request is done, however it ends";

/// Where the requests of a server share one process.
pub const CHECKS: &[Check] = &[
    Check {
        id: "closed-each-body",
        title: "each body is closed once when its answer is done",
        rule: RULE,
        hint: "Close the body when its last piece has been sent: a file may be open in it.",
        run: |target| {
            shown(counts(target, &["/hello", "/stream", "/big?n=100000", "/status/404"]), "/hello")
        },
    },
    Check {
        id: "closed-without-content",
        title: "a body of which nothing is sent is closed too",
        rule: RULE,
        hint: "HEAD, 204 and 304 send no piece, but the application has returned a body all the \
               same: close it, once, before you return.",
        run: |target| shown(without_content(target), "-I /hello"),
    },
    Check {
        id: "closed-after-a-failure",
        title: "a body that fails, is too short or too long is closed too",
        rule: RULE,
        hint: "Every way out must pass by the close, and only once: errors and early ends as well. \
               A `?` in the loop over the body leaves before it: let that loop be a function, keep \
               what it returns, close, and return that.",
        run: |target| {
            let paths = ["/raise-late", "/cl-short", "/cl-long", "/never"];
            shown(counts(target, &paths), "/raise-late")
        },
    },
    Check {
        id: "closed-when-the-client-leaves",
        title: "a body whose client leaves in the middle of it is closed",
        rule: RULE,
        hint: "When a write fails, leave the loop over the body and not the function: a `?` on the \
               write returns before the close.",
        run: |target| shown(client_leaves(target), "-m 1 -o /dev/null /big?n=100000000000"),
    },
];

/// With a command that shows the same: `/closed` must rise by two, as itself it has a body too.
fn shown(verdict: Verdict, asked: &str) -> Verdict {
    let (options, path) = asked.rsplit_once(' ').unwrap_or(("-s", asked));
    let url = "http://127.0.0.1:8888";
    let count = format!("curl {url}/closed");
    verdict.map_err(|failure| {
        failure.by_hand(format!("{count}; curl {options} \"{url}{path}\"; {count} (it rises by 2)"))
    })
}

/// The count, from a process that may still be busy with the body before.
fn closed(server: &Server) -> Result<u64, Failure> {
    let (client, response) = visit(server, "/closed", 200)?;
    let digits: String = response.text().chars().filter(char::is_ascii_digit).collect();
    digits.parse().or_else(|_| fail(&client, "/closed answers with a number"))
}

/// Waits until so many bodies have been closed since `before`; those of `/closed` count as well.
fn expect_closed(server: &Server, before: u64, bodies: u64) -> Verdict {
    let mut asked = 0;
    let mut calls = 0;
    let enough = server.wait_until("the bodies to be closed", || match closed(server) {
        Ok(now) => {
            asked += 1;
            calls = now.saturating_sub(before);
            (calls >= bodies + asked).then_some(Ok(()))
        }
        Err(failure) => Some(Err(failure)),
    });
    let all = bodies + asked;
    match enough {
        Ok(Ok(())) if calls == all => Ok(()),
        Ok(Ok(())) => fail(
            server,
            format!("each body is closed once; close was called {calls} times for {all} bodies"),
        ),
        Ok(Err(failure)) => Err(failure),
        // It is not a call that hung: each answer came, and the count did not rise.
        Err(failure) if failure.kind() != Seen::Hung => Err(failure),
        Err(_) if calls == 0 => fail(
            server,
            format!("each body is closed once; none of these {bodies} was, says /closed"),
        ),
        Err(_) => fail(
            server,
            format!(
                "each body is closed once; {} of these {bodies} were not, says /closed",
                all - calls
            ),
        ),
    }
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
