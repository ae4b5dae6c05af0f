//! Bodies are closed: `/closed` counts them in its process. (In this repository's own servers,
//! dropping a body is the `close()` of the PEP.)

use super::cut::Cut;
use super::talk::{get, request, visit};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::fail;
use crate::exchange::ask;
use crate::failure::{Failure, Seen};
use crate::response::Response;
use crate::server::Server;
use crate::target::Target;

const URL: &str = "http://127.0.0.1:8888";
const RULE: &str = "PEP 3333: close() must be called when the request is done, however it ends";

/// Where the requests of a server share one process.
pub const CHECKS: &[Check] = &[
    Check {
        id: "closed-each-body",
        title: "each body is closed once when its answer is done",
        rule: RULE,
        hint: "Close the body when its last piece has been sent: a file may be open in it.",
        run: |target| cuts(target, &["/hello", "/stream", "/big?n=100000", "/status/404"]),
    },
    Check {
        id: "closed-without-content",
        title: "a body of which nothing is sent is closed too",
        rule: RULE,
        hint: "HEAD, 204 and 304 send no piece, but the application has returned a body all the \
               same: close it, once, before you return.",
        run: without_content,
    },
    Check {
        id: "closed-after-a-failure",
        title: "a body that fails, is too short or too long is closed too",
        rule: RULE,
        hint: "Every way out must pass by the close, and only once: errors and early ends as well. \
               A `?` in the loop over the body leaves before it: let that loop be a function, keep \
               what it returns, close, and return that.",
        run: |target| {
            let failing = ["/raise-late", "/raise-first", "/panic-late", "/never"];
            cuts(target, &[&failing[..], &["/cl-short", "/cl-long"]].concat())
        },
    },
    Check {
        id: "closed-when-the-client-leaves",
        title: "a body whose client leaves in the middle of it is closed",
        rule: RULE,
        hint: "When a write fails, leave the loop over the body and not the function: a `?` on the \
               write returns before the close.",
        run: client_leaves,
    },
    Check {
        id: "closed-by-middleware",
        title: "middleware that wraps a body closes it",
        rule: "PEP 3333, Middleware: Components that Play Both Sides",
        hint: "To the application, middleware is the server: when the body that wraps another one \
               is closed, it closes the one inside: once, in its close and nowhere else.",
        run: by_middleware,
    },
];

/// For a server of one client at a time.
pub const SEQUENTIAL: &[Check] = &[Check {
    id: "closed-when-the-client-has-left",
    title: "a body whose client left before the head was sent is closed",
    rule: RULE,
    hint: "The write of the head may fail as well, and the body is there by then: pass by the \
           close on this way out, too. A `?` on that write leaves before it.",
    run: client_has_left,
}];

/// The count, from a process that may still be busy with the body before.
fn closed(server: &Server) -> Result<u64, Failure> {
    count(visit(server, "/closed", 200)?)
}

fn count((client, response): (Client, Response)) -> Result<u64, Failure> {
    let digits: String = response.text().chars().filter(char::is_ascii_digit).collect();
    digits.parse().or_else(|_| fail(&client, "/closed answers with a number"))
}

/// `visit` makes one body, which is closed once. `what` names it, and `options` make curl ask so.
fn closes(server: &Server, what: &str, options: &str, visit: impl FnOnce() -> Verdict) -> Verdict {
    let before = closed(server)?;
    visit()?;
    expect_closed(server, before, what).map_err(|failure| shown(failure, options))
}

/// With a command that shows the same.
fn shown(failure: Failure, options: &str) -> Failure {
    let count = "curl http://127.0.0.1:8888/closed";
    failure.by_hand(format!(
        "{count}; curl {options}; {count} (it rises by 2: that body, and the one of /closed itself)"
    ))
}

/// Waits until one body has been closed since `before`; those of `/closed` count as well.
fn expect_closed(server: &Server, before: u64, what: &str) -> Verdict {
    let mut asked = 0;
    let mut calls = 0;
    let enough = server.wait_until("the bodies to be closed", || match closed(server) {
        Ok(now) => {
            asked += 1;
            calls = now.saturating_sub(before);
            (calls > asked).then_some(Ok(()))
        }
        Err(failure) => Some(Err(failure)),
    });
    let all = 1 + asked;
    let closed_once = |why| fail(server, format!("the body of {what} is closed once; {why}"));
    match enough {
        Ok(Ok(())) if calls == all => Ok(()),
        Ok(Ok(())) => closed_once(format!("close was called {calls} times for {all} bodies")),
        Ok(Err(failure)) => Err(failure),
        // It is not a call that hung: each answer came, and the count did not rise.
        Err(failure) if failure.kind() != Seen::Hung => Err(failure),
        Err(_) if calls == 0 => closed_once("/closed says that none was".into()),
        Err(_) => closed_once("/closed says that it was not".into()),
    }
}

fn cuts(target: &Target, paths: &[&str]) -> Verdict {
    let server = target.start()?;
    paths.iter().try_for_each(|path| {
        let options = format!("-s \"{URL}{path}\"");
        closes(&server, path, &options, || Cut::of(&server, path).map(drop))
    })
}

fn without_content(target: &Target) -> Verdict {
    let server = target.start()?;
    for path in ["/status/204", "/status/304"] {
        let options = format!("-si \"{URL}{path}\"");
        closes(&server, path, &options, || ask(&server, get(path)).map(drop))?;
    }
    for path in ["/hello", "/big?n=100000", "/stream"] {
        let options = format!("-sI \"{URL}{path}\"");
        let head = || ask(&server, request("HEAD", path, "")).map(drop);
        closes(&server, &format!("HEAD {path}"), &options, head)?;
    }
    Ok(())
}

fn client_leaves(target: &Target) -> Verdict {
    let server = target.start()?;
    let options = format!("-m 1 -o /dev/null \"{URL}/big?n=100000000000\"");
    closes(&server, "/big, whose client left,", &options, || {
        let mut client = server.connect()?;
        client.send(get("/big?n=100000000").as_bytes())?;
        client.read_exact_n(1000).map(drop)
    })
}

/// While the server waits for the second half of a head, another client asks and resets: whatever
/// the server writes to that one fails, and so does its first write.
fn client_has_left(target: &Target) -> Verdict {
    if cfg!(not(target_os = "linux")) {
        return Ok(()); // elsewhere, a reset may take the request along, and then there is no body
    }
    let server = target.start()?;
    let counting = get("/closed");
    let (first, second) = counting.split_at(8);
    let mut holding = server.connect()?;
    holding.send(first.as_bytes())?;
    let mut leaving = server.connect()?;
    leaving.send(get("/hello").as_bytes())?;
    leaving.reset()?;
    holding.send(second.as_bytes())?;
    let response = holding.response("GET")?;
    let before = count((holding, response))?;
    let by_hand = "while one client has sent half of a head, let another one ask for /hello and reset \
                   its connection; then let the first one go on, and look at /closed";
    expect_closed(&server, before, "/hello, whose client had left,")
        .map_err(|failure| failure.by_hand(by_hand))
}

fn by_middleware(target: &Target) -> Verdict {
    let server = target.launch().arg("shout").start()?;
    ["/hello", "/form"].into_iter().try_for_each(|path| {
        let options = format!("-s \"{URL}{path}\"");
        closes(&server, path, &options, || visit(&server, path, 200).map(drop))
    })
}
