//! What the application says of its answer: status and fields, once, and without line ends.

use super::talk::{get, next_is_served, visit};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::answered;
use crate::random;
use crate::response::Framing;
use crate::target::Target;

const RULE: &str = "PEP 3333, The start_response() Callable";

/// Status, fields, and the rules for calling.
pub const CHECKS: &[Check] = &[
    Check {
        id: "start-response-status",
        title: "the status is the one that the application gives",
        rule: RULE,
        hint: "Keep the status until the first piece is sent, and write it into the status line.",
        run: status,
    },
    Check {
        id: "start-response-without-content",
        title: "204 and 304 have no content, and no length that the server has computed",
        rule: "RFC 9110 s6.4.1, s8.6 and s15.4.5; RFC 9112 s6.3: they end with their head",
        hint: "A computed Content-Length of 0 would say that the page behind a 304 is empty.",
        run: without_content,
    },
    Check {
        id: "start-response-never",
        title: "an application that never calls start_response is answered for with 500",
        rule: RULE,
        hint: "Before the first piece goes out, see whether there is a status at all.",
        run: |target| fails(target, "/never"),
    },
    Check {
        id: "start-response-twice",
        title: "a second call of start_response without exc_info ends in 500",
        rule: "PEP 3333: it is a fatal error to call it again without exc_info",
        hint: "Nothing was sent yet, so neither of the two answers needs to go out: 500 can.",
        run: |target| fails(target, "/twice"),
    },
    Check {
        id: "start-response-inject",
        title: "a value with a line end in it adds no field and ends in 500",
        rule: "PEP 3333: no control characters; CWE-113, HTTP response splitting",
        hint: "Look at every name and value for CR, LF and NUL before you keep it. Don't repair.",
        run: inject,
    },
    Check {
        id: "start-response-write",
        title: "what is sent through write arrives, framed as the rest is",
        rule: "PEP 3333, The write() Callable",
        hint: "write sends the head if that is not out yet, then its piece, before it returns.",
        run: write,
    },
];

fn status(target: &Target) -> Verdict {
    let server = target.start()?;
    let any = 405 + random::number() % 95;
    for status in [200, 201, 301, 404, 418, 500, 599, any] {
        answered(&server, get(&format!("/status/{status}")), u16::try_from(status).unwrap_or(0))?;
    }
    Ok(())
}

fn without_content(target: &Target) -> Verdict {
    let server = target.start()?;
    for status in [204, 304] {
        let (mut client, response) = visit(&server, &format!("/status/{status}"), status)?;
        let fields = ["Content-Length", "Transfer-Encoding"];
        let none = fields.iter().all(|name| response.fields_named(name).is_empty());
        expect(&client, none, format!("no field of a {status} frames content"))?;
        expect(&client, response.framing == Framing::None, "there is no content")?;
        client.sees_end()?;
    }
    Ok(())
}

fn fails(target: &Target, path: &str) -> Verdict {
    let server = target.start()?;
    answered(&server, get(path), 500)?;
    next_is_served(&server)
}

fn inject(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(get("/inject").as_bytes())?;
    let bytes = client.read_to_end()?;
    let text = String::from_utf8_lossy(&bytes);
    let evil = text.to_ascii_lowercase().contains("x-evil");
    expect(&client, !evil, "X-Evil is nowhere in the answer")?;
    expect(&client, text.starts_with("HTTP/1.1 500 "), "the answer has status 500")?;
    drop(client);
    next_is_served(&server)
}

fn write(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = visit(&server, "/write", 200)?;
    expect(&client, !response.content.is_empty(), "there is content")?;
    client.sees_end()
}
