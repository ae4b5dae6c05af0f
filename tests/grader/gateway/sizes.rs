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
