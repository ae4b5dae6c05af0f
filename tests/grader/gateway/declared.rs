//! A body whose length the application declares: kept, exceeded, not reached.

use super::cut::Cut;
use super::talk::{get, next_is_served, visit};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::expect;
use crate::exchange::ask;
use crate::process::resident_kib;
use crate::random;
use crate::response::Framing;
use crate::server::Server;
use crate::target::Target;

/// Content-Length from the application.
pub const CHECKS: &[Check] = &[
    Check {
        id: "declared-length-is-kept",
        title: "a body of any number of pieces, also none, arrives whole under its declared length",
        rule: "PEP 3333, Handling the Content-Length Header",
        hint: "Take the application's Content-Length over, send no chunks beside it, and send all \
               pieces: ask for the next one until there is none. If nothing came: a body of no \
               bytes has no piece at all, so send the head when the loop has ended, if it is not \
               out by then.",
        run: kept,
    },
    Check {
        id: "declared-length-that-is-none",
        title: "a Content-Length from the application that is no number ends no server",
        rule: "RFC 9110 s8.6; PEP 3333: an application's error is answered with 500",
        hint: "`parse` may fail here too: make an error of that, as of any other of the application.",
        run: no_length,
    },
    Check {
        id: "declared-50-gb-are-made-as-they-go",
        title: "an answer larger than the memory begins at once, and ends when its client leaves",
        rule: "PEP 3333, Buffering and Streaming; POSIX write(2): EPIPE, ECONNRESET",
        hint: "Ask the body for a piece, send it, drop it. An error of the connection ends the \
               answer and not the server.",
        run: lazily,
    },
    Check {
        id: "declared-too-much",
        title: "of a body that is shorter than declared comes what there is, and then the end",
        rule: "RFC 9112 s8: an early end tells the client that something is missing",
        hint: "Close the connection, even if the client would go on: it waits for the other bytes. \
               Don't fill it up: the end is how the client learns that something is missing.",
        run: short,
    },
    Check {
        id: "declared-too-little",
        title: "a body that is longer than declared is cut at the declared length",
        rule: "PEP 3333: no more bytes than the Content-Length; RFC 9112 s6.3",
        hint: "Count what is left of the declared length, and drop what goes beyond: the client \
               would take it for the start of the next answer.",
        run: long,
    },
];

fn kept(target: &Target) -> Verdict {
    let server = target.start()?;
    for length in [0, 1, 1_000_000 + random::number() % 1_000_000] {
        let (mut client, response) = visit(&server, &format!("/big?n={length}"), 200)?;
        let declared = response.framing == Framing::Length;
        expect(&client, declared, "the answer has a Content-Length")?;
        let whole = response.content.len() as u64 == length;
        expect(&client, whole, format!("the content has {length} bytes"))?;
        client.sees_end()?;
    }
    Ok(())
}

/// Some applications may refuse to say that. What comes must be an answer.
fn no_length(target: &Target) -> Verdict {
    let server = target.start()?;
    for length in ["abc", "99999999999999999999"] {
        let (mut client, _) = ask(&server, get(&format!("/fields/Content-Length/{length}")))?;
        client.ending()?;
        drop(client);
        next_is_served(&server)?;
    }
    Ok(())
}

const ONE_MEGABYTE: usize = 1_000_000;

fn lazily(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(get("/big?n=50000000000").as_bytes())?;
    answer_begins(&server, &client)?;
    client.read_exact_n(ONE_MEGABYTE)?;
    drop(client);
    next_is_served(&server)?;
    expect(&server, server.alive(), "the server still runs")
}

/// More than any server here needs, less than what would hurt the machine of a learner.
const TOO_MUCH_KIB: u64 = 1024 * 1024;

/// Waits for the first byte, and gives up a server that collects all of it in its memory.
fn answer_begins(server: &Server, client: &Client) -> Verdict {
    let collects = server.wait_until("the answer to begin", || {
        let resident = resident_kib(server.pid()).unwrap_or(0);
        (!client.is_quiet() || resident > TOO_MUCH_KIB).then_some(resident > TOO_MUCH_KIB)
    })?;
    expect(client, !collects, "the answer begins before a gigabyte of it is in memory")
}

fn short(target: &Target) -> Verdict {
    let server = target.start()?;
    let cut = Cut::of(&server, "/cl-short")?;
    cut.expect_only_a_200()?;
    cut.expect_declared(10)?;
    expect(&cut.client, cut.rest.len() == 5, "5 bytes of content come, and then the end")?;
    drop(cut);
    next_is_served(&server)
}

fn long(target: &Target) -> Verdict {
    let server = target.start()?;
    let cut = Cut::of(&server, "/cl-long")?;
    cut.expect_only_a_200()?;
    cut.expect_declared(5)?;
    expect(&cut.client, cut.rest.len() == 5, "5 bytes of content come, and nothing after them")?;
    drop(cut);
    next_is_served(&server)
}
