//! How much content is taken, and that whoever sends more is told so.

use super::chunked::{chunk, head};
use super::input::expect_echo;
use super::talk::{next_is_served, post, request};
use crate::check::{Check, Verdict};
use crate::random;
use crate::server::Server;
use crate::target::Target;

/// What passes: 8 MiB.
const MOST: usize = 8 * 1024 * 1024;

/// How much is in a chunk.
const PIECE: usize = 64 * 1024;

const RULE: &str = "RFC 9110 s15.5.14; book/src/hard/limits.md: 8 MiB pass";

/// The limit, met and passed.
pub const CHECKS: &[Check] = &[
    Check {
        id: "size-8-mib-pass",
        title: "content of 8 MiB passes, to the last byte, declared or in chunks",
        rule: RULE,
        hint: "The limit is what still passes. Compare with >, and count content, not framing.",
        run: passes,
    },
    Check {
        id: "size-declared-413",
        title: "a Content-Length over 8 MiB is answered with 413 before any content is sent",
        rule: RULE,
        hint: "The declared length is known with the head: don't read, and don't reserve memory.",
        run: declared,
    },
    Check {
        id: "size-numbers-up-to-64-bits",
        title: "sizes of 2^32, of 2^63 and of 2^64 less one end no server, whatever the limit",
        rule: "RFC 9110 s8.6: prevent overflow; CONTENT_LIMIT is any number of 64 bits",
        hint: "Add with checked_add, and never make a buffer of a size that a client has declared.",
        run: large_numbers,
    },
    Check {
        id: "size-limit-of-nothing",
        title: "with CONTENT_LIMIT=0 a request without content passes, and a byte is answered with 413",
        rule: "RFC 9110 s15.5.14: the limit is what still passes",
        hint: "0 is a limit, and not the absence of one.",
        run: nothing_passes,
    },
    Check {
        id: "size-chunked-413",
        title: "chunks that grow beyond 8 MiB are answered with 413 as they come",
        rule: "RFC 9110 s15.5.14; chunks declare no length, so they are counted",
        hint: "Add up the sizes of the chunks; don't wait for the last one, it may never come.",
        run: in_chunks,
    },
    Check {
        id: "size-413-reaches-a-client-that-still-sends",
        title: "a client that reads only after it has sent 20 MB gets the 413",
        rule: "RFC 9112 s9.6: a reset would erase the answer before the client reads it",
        hint: "Shut down the write side and read on for a while (2 s), however many bytes that \
               are, and only then close.",
        run: still_sending,
    },
];

fn passes(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(1024).repeat(MOST / 1024);
    let declared = post("/echo", &content);
    let chunks: Vec<u8> = content.chunks(PIECE).flat_map(|piece| chunk(piece, "")).collect();
    let chunked = [head(), chunks, b"0\r\n\r\n".to_vec()].concat();
    [declared, chunked].into_iter().try_for_each(|request| {
        let mut client = server.connect()?;
        client.send_in_background(request)?;
        expect_echo(&mut client, &content)
    })
}

fn declared(target: &Target) -> Verdict {
    let server = target.start()?;
    for length in ["8388609", "20000000", "9223372036854775807", "18446744073709551615"] {
        let fields = format!("Content-Length: {length}\r\n");
        refused(&server, request("POST", "/echo", &fields).as_bytes())?;
    }
    Ok(())
}

/// Each of the sizes, declared and in a chunk, and never as many bytes.
fn large_numbers(target: &Target) -> Verdict {
    const MOST: u64 = u64::MAX;
    let sizes = [u64::from(u32::MAX), 1 << 32, (1 << 32) + 1, 1 << 53, i64::MAX as u64, 1 << 63];
    for limit in [1 << 32, i64::MAX as u64, MOST - 1, MOST] {
        let server = target.launch().env("CONTENT_LIMIT", limit.to_string()).start()?;
        for size in sizes.into_iter().chain([MOST - 1, MOST]) {
            let declared = format!("Content-Length: {size}\r\n");
            let status = if size > limit { 413 } else { 400 }; // or it ends before its end
            for path in ["/echo", "/form"] {
                ends_early(&server, request("POST", path, &declared) + "abc", status)?;
            }
            let chunk = format!("1\r\na\r\n{size:x}\r\nabc");
            let status = if size >= limit { 413 } else { 400 }; // one byte has come before
            let coding = "Transfer-Encoding: chunked\r\n";
            ends_early(&server, request("POST", "/echo", coding) + &chunk, status)?;
        }
        next_is_served(&server)?;
    }
    Ok(())
}

/// The client sends that and no more, and is answered with this status.
fn ends_early(server: &Server, request: String, status: u16) -> Verdict {
    let mut client = server.connect()?;
    client.send(request.as_bytes())?;
    client.half_close()?;
    client.response("POST")?.expect_status(&client, status)?;
    client.sees_end()
}

fn nothing_passes(target: &Target) -> Verdict {
    let server = target.launch().env("CONTENT_LIMIT", "0").start()?;
    next_is_served(&server)?;
    let mut client = server.connect()?;
    client.send(&post("/echo", b""))?;
    expect_echo(&mut client, b"")?;
    drop(client);
    let chunked = "Transfer-Encoding: chunked\r\n";
    let declared = request("POST", "/echo", "Content-Length: 1\r\n") + "a";
    let in_chunk = request("POST", "/echo", chunked) + "1\r\na\r\n0\r\n\r\n";
    ends_early(&server, declared, 413)?;
    ends_early(&server, in_chunk, 413)?;
    let mut client = server.connect()?;
    client.send((request("POST", "/echo", chunked) + "0\r\n\r\n").as_bytes())?;
    expect_echo(&mut client, b"")
}

fn in_chunks(target: &Target) -> Verdict {
    let server = target.start()?;
    let chunks = chunk(&[b'x'; PIECE], "").repeat(MOST / PIECE);
    // One byte too many, and then the client waits: no last-chunk follows.
    refused(&server, &[head(), chunks, chunk(b"x", "")].concat())
}

fn still_sending(target: &Target) -> Verdict {
    let server = target.start()?;
    refused(&server, &post("/echo", &vec![b'x'; 20_000_000]))
}

/// The request is sent to its end, and only then the 413 is read.
fn refused(server: &Server, request: &[u8]) -> Verdict {
    let mut client = server.connect()?;
    client.send(request)?;
    client.response("POST")?.expect_status(&client, 413)?;
    client.sees_end()?;
    drop(client);
    next_is_served(server)
}
