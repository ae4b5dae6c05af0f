//! An application that fails: what the client is told, what it is not told, and that the server
//! lives on.

use super::cut::Cut;
use super::talk::{get, next_is_served, visit};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::expect;
use crate::server::Server;
use crate::target::Target;

/// Errors before and after the first output.
pub const CHECKS: &[Check] = &[
    Check {
        id: "failing-before-output",
        title: "an application that fails before any output is answered for with 500",
        rule: "RFC 9110 s15.6.1; PEP 3333, Error Handling",
        hint: "Nothing was sent, so the server can still answer: with a 500 and a page of its own.",
        run: before_output,
    },
    Check {
        id: "failing-in-its-first-piece",
        title: "an application whose first piece fails is answered for with 500",
        rule: "PEP 3333, The start_response() Callable: the head goes out after the first piece is made",
        hint: "Until a head is out, an error of the body is answered as one of the call is: with a \
               500. A head that is out can't become one, so ask the body for its first piece \
               before you send it.",
        run: |target| early(target, "/raise-first"),
    },
    Check {
        id: "failing-after-an-empty-piece",
        title: "an application that fails after an empty piece is answered for with 500",
        rule: "PEP 3333, The start_response() Callable: the head waits for the first piece that is \
               not empty",
        hint: "An empty piece sends no head: skip it. An application may yield one while it has \
               nothing to say yet, and it may still fail, or start another answer.",
        run: |target| early(target, "/raise-empty"),
    },
    Check {
        id: "failing-tells-no-details",
        title: "the client is not told why",
        rule: "CWE-209: what went wrong inside helps those who attack",
        hint: "Write the error to standard error, and to the client a 500 with a sentence that is \
               always the same, whatever has failed.",
        run: no_details,
    },
    Check {
        id: "failing-after-output",
        title: "an answer whose application fails in the middle ends early, without a second head",
        rule: "PEP 3333, Error Handling; RFC 9112 s8",
        hint: "The head is out: too late for a 500. Remember that it is, and when the body fails \
               then, send nothing more: close.",
        run: after_output,
    },
    Check {
        id: "failing-is-told-on-stderr",
        title: "whoever runs the server reads on standard error that an application failed",
        rule: "PEP 3333, Error Handling: log it; the story on stderr",
        hint: "An error that nobody sees is an error that nobody repairs: hand it back from where \
               the request is served, or print one line on standard error, also after the 500 is \
               out.",
        run: told,
    },
    Check {
        id: "failing-leaves-the-server-alive",
        title: "whatever an application does wrong, the same server serves the next client",
        rule: "book/src/stage3-gateway/hardening.md: a panic ends one request, not the server",
        hint: "Handle the Result of each request inside of the loop; catch_unwind a panic.",
        run: survives,
    },
];

fn before_output(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, _) = visit(&server, "/raise", 500)?;
    client.sees_end()
}

fn early(target: &Target, path: &str) -> Verdict {
    let server = target.start()?;
    let cut = Cut::of(&server, path)?;
    let is_500 = cut.head.starts_with("HTTP/1.1 500 ");
    expect(&cut.client, is_500, "a 500 comes, as nothing had to be sent before the body failed")?;
    drop(cut);
    next_is_served(&server)
}

/// Words that come from inside: a route, a source file, a trace.
const DETAILS: [&str; 8] =
    ["/raise", "fails before", "panicked", "traceback", ".rs", ".py", "stack", "error("];

fn no_details(target: &Target) -> Verdict {
    let server = target.start()?;
    let (client, of_raise) = visit(&server, "/raise", 500)?;
    let text = of_raise.text().to_lowercase();
    for word in DETAILS {
        expect(&client, !text.contains(word), format!("the page does not say \"{word}\""))?;
    }
    drop(client);
    // Two different failures, the same words.
    let (client, of_never) = visit(&server, "/never", 500)?;
    let same = of_never.content == of_raise.content;
    expect(&client, same, "the page for another failure is the same")
}

fn after_output(target: &Target) -> Verdict {
    let server = target.start()?;
    let cut = Cut::of(&server, "/raise-late")?;
    cut.expect_only_a_200()?;
    cut.expect_declared(10)?;
    expect(&cut.client, cut.rest.len() == 5, "5 bytes of content come, and then the end")?;
    drop(cut);
    next_is_served(&server)
}

fn told(target: &Target) -> Verdict {
    ["/raise", "/raise-late", "/never", "/twice", "/inject"].into_iter().try_for_each(|path| {
        let server = target.start()?;
        next_is_served(&server)?;
        let before = server.stderr_lines().len();
        asked(&server, path)?;
        let what = format!("a line on standard error after {path}");
        server.wait_until(&what, || (server.stderr_lines().len() > before).then_some(()))
    })
}

const WRONG: [&str; 11] = [
    "/raise",
    "/raise-first",
    "/raise-empty",
    "/raise-late",
    "/cl-short",
    "/cl-long",
    "/inject",
    "/never",
    "/twice",
    "/exc",
    "/exc-late",
];

fn survives(target: &Target) -> Verdict {
    let server = target.start()?;
    for path in WRONG {
        asked(&server, path)?;
        next_is_served(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}

/// Asks, and takes whatever comes until the connection ends.
fn asked(server: &Server, path: &str) -> Verdict {
    let mut client: Client = server.connect()?;
    client.send(get(path).as_bytes())?;
    client.ending().map(drop)
}
