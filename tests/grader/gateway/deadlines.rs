//! Clients that are slow or stop in the middle, with deadlines that are made short for the check.

use super::talk::{next_is_served, request};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::expect;
use crate::failure::Failure;
use crate::server::Server;
use crate::target::Target;

const SHORT: &str = "0.3";

/// Slow heads, slow content, content that stops.
pub const CHECKS: &[Check] = &[
    Check {
        id: "deadline-of-a-slow-head",
        title: "a client that sends its head a byte now and then is answered with 408",
        rule: "RFC 9110 s15.5.9; HEAD_TIMEOUT counts from the start, not from the last byte",
        hint: "A timeout for each read starts anew with each byte: compute what is left of the whole.",
        run: slow_head,
    },
    Check {
        id: "deadline-of-silence",
        title: "a connection on which nothing comes is closed without an answer",
        rule: "RFC 9112 s9.5: there is no request to answer",
        hint: "408 only if at least one byte came.",
        run: silence,
    },
    Check {
        id: "deadline-of-content-that-stops",
        title: "a client that stops in the middle of its content is not waited for",
        rule: "RFC 9110 s15.5.9; IDLE_TIMEOUT shortens the deadline",
        hint: "Reading content needs a deadline as the head does: 408, or close.",
        run: content_stops,
    },
    Check {
        id: "deadline-of-slow-content",
        title: "a client that sends its content a byte now and then is not waited for",
        rule: "book/src/hard/limits.md: 1 KiB/s after a time of grace, which IDLE_TIMEOUT shortens",
        hint: "A byte every few seconds resets a timeout for each read for ever. Demand an average.",
        run: slow_content,
    },
    Check {
        id: "deadline-of-content-after-a-fast-start",
        title: "a client that has sent megabytes fast is not waited for any longer than others",
        rule: "book/src/hard/limits.md: time that was earned has a limit, four times that of grace",
        hint: "An average over the whole request lets four quick megabytes pay for an hour of nothing.",
        run: fast_start,
    },
    Check {
        id: "deadline-of-chunk-extensions-and-trailers",
        title: "extensions and trailers earn their client no time",
        rule: "book/src/hard/limits.md: only content counts",
        hint: "Count the bytes that the decoder hands out, not those that the socket delivers.",
        run: no_content,
    },
    Check {
        id: "deadline-content-truncated",
        title: "content that ends before its declared length is answered with 400",
        rule: "RFC 9112 s8: an incomplete request; its client may still read",
        hint: "A read of 0 bytes is the end of what the client sends. In the middle of the content it is \
               a fault (400), and no end of the content; who reads again waits for ever.",
        run: truncated,
    },
];

fn slow_head(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", SHORT).start()?;
    let mut client = server.connect()?;
    client.send(b"GET /hello HTTP/1.1\r\nHost: x\r\nX: ")?;
    dribble(&server, &mut client)?;
    client.response("GET")?.expect_status(&client, 408)?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)
}

fn silence(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", SHORT).start()?;
    server.connect()?.sees_end()?;
    next_is_served(&server)
}

fn content_stops(target: &Target) -> Verdict {
    let server = target.launch().env("IDLE_TIMEOUT", SHORT).start()?;
    for fields in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut client = server.connect()?;
        client.send((request("POST", "/echo", fields) + "50\r\nabc").as_bytes())?;
        given_up(&mut client)?;
    }
    next_is_served(&server)
}

fn slow_content(target: &Target) -> Verdict {
    let server = target.launch().env("IDLE_TIMEOUT", SHORT).start()?;
    let mut client = server.connect()?;
    client.send(request("POST", "/echo", "Content-Length: 100000\r\n").as_bytes())?;
    dribble(&server, &mut client)?;
    given_up(&mut client)?;
    drop(client);
    next_is_served(&server)
}

fn fast_start(target: &Target) -> Verdict {
    let server = target.launch().env("IDLE_TIMEOUT", SHORT).start()?;
    let length = 4 * 1024 * 1024;
    let mut client = server.connect()?;
    let fields = format!("Content-Length: {}\r\n", 2 * length);
    client.send(request("POST", "/echo", &fields).as_bytes())?;
    client.send(&vec![b'x'; length])?;
    dribble(&server, &mut client)?;
    given_up(&mut client)?;
    drop(client);
    next_is_served(&server)
}

/// Some bytes at each look, more than content would need, until the server answers. A line that is too
/// long would be answered with 400.
fn no_content(target: &Target) -> Verdict {
    let server = target.launch().env("IDLE_TIMEOUT", SHORT).start()?;
    for beginning in ["1;", "1\r\nx\r\n1;e=", "0\r\nX: ", "0\r\nX: y\r\nY: "] {
        let mut client = server.connect()?;
        let head = request("POST", "/echo", "Transfer-Encoding: chunked\r\n") + beginning;
        client.send(head.as_bytes())?;
        server.wait_until("the server to give up a client that sends no content", || {
            client.send_what_is_taken(&[b'e'; 30], 30);
            (!client.is_quiet()).then_some(())
        })?;
        client.response("POST")?.expect_status(&client, 408)?;
        client.sees_end()?;
        drop(client);
        next_is_served(&server)?;
    }
    Ok(())
}

fn truncated(target: &Target) -> Verdict {
    let server = target.start()?;
    for fields in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut client = server.connect()?;
        client.send((request("POST", "/echo", fields) + "50\r\nabc").as_bytes())?;
        client.half_close()?;
        client.response("POST")?.expect_status(&client, 400)?;
        client.sees_end()?;
    }
    next_is_served(&server)
}

/// A byte at each look, far more often than the deadline, until the server says or does something.
fn dribble(server: &Server, client: &mut Client) -> Verdict {
    server.wait_until("the server to give up a client that dribbles", || {
        client.send_what_is_taken(b"x", 1);
        (!client.is_quiet()).then_some(())
    })
}

/// The client gets a 408, or nothing, and the connection ends.
fn given_up(client: &mut Client) -> Result<(), Failure> {
    let answer = client.read_to_end()?;
    let right = answer.is_empty() || answer.starts_with(b"HTTP/1.1 408 ");
    expect(client, right, "the answer is a 408, or the connection ends without one")
}
