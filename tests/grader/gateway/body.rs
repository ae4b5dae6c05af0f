//! The body: pieces go out as they are made, and their end is told in the way that the client knows.

use super::talk::{get, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::failure::Seen;
use crate::response::Framing;
use crate::target::Target;

/// Pieces, and how they are framed.
pub const CHECKS: &[Check] = &[
    Check {
        id: "body-first-piece-at-once",
        title: "the first piece arrives while the second has not been made yet",
        rule: "PEP 3333, Buffering and Streaming: never delay the transmission of any block",
        hint: "Send each piece before you ask for the next one. To collect them into one Vec is \
               shorter, and makes the client wait for the last.",
        run: first_piece,
    },
    Check {
        id: "body-head-waits-for-a-piece",
        title: "no head goes out before the body has made a piece that is not empty",
        rule: "PEP 3333, The start_response() Callable: until then another head may replace it",
        hint: "As long as no head is out, an application that fails can be answered for with a 500, \
               and one that calls start_response again can send another head. So ask the body for \
               a piece first, and send the head when there is one that is not empty, or when there \
               are no more.",
        run: head_waits,
    },
    Check {
        id: "body-in-chunks",
        title: "a body whose length nobody knows is sent in chunks, one a piece, to the last-chunk",
        rule: "RFC 9112 s7.1; PEP 3333, HTTP 1.1 chunked encoding is the server's choice",
        hint: "Size in hexadecimal, CRLF, the piece, CRLF; an empty piece is no chunk, for a chunk \
               of size 0 is the last.",
        run: in_chunks,
    },
    Check {
        id: "body-for-http-1-0",
        title: "to a client of HTTP/1.0 it is sent without chunks, and ends with the connection",
        rule: "RFC 9112 s6.1: no Transfer-Encoding to HTTP/1.0; s6.3 for the end",
        hint: "Look at the request's version before you choose how to frame the answer.",
        run: http_1_0,
    },
    Check {
        id: "body-http-1-0-with-a-length",
        title: "a client of HTTP/1.0 gets a length where one is known",
        rule: "RFC 9112 s6.2",
        hint: "Content-Length is as old as HTTP/1.0.",
        run: http_1_0_length,
    },
];

/// The server is not waited for: while it makes the second piece for a minute, the first is here.
fn first_piece(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(get("/stream?ms=60000").as_bytes())?;
    let came = client.read_until("part1")?;
    expect(&client, !came.contains("part2"), "the second piece has not come yet")
}

/// These fail while they make their first piece, and after an empty one. What is sent for them then
/// is a question of other checks; here nothing has to come at all.
fn head_waits(target: &Target) -> Verdict {
    for (path, when) in [("/raise-first", "before its first piece"), ("/raise-empty", "then")] {
        let server = target.start()?;
        let mut client = server.connect()?;
        client.send(get(path).as_bytes())?;
        let came = match client.read_to_end() {
            // The failure may be the end of the server as well. What came before it is kept.
            Err(failure) if failure.kind() == Seen::Reset => {
                client.read_some(100).unwrap_or_default()
            }
            came => came?,
        };
        let is_200 = came.starts_with(b"HTTP/1.1 200");
        let empty = if path == "/raise-empty" { "yields an empty piece and " } else { "" };
        let what = format!("no head of a 200 comes when the body {empty}fails {when}");
        expect(&client, !is_200, what)?;
    }
    Ok(())
}

fn in_chunks(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = visit(&server, "/stream", 200)?;
    let chunked = response.framing == Framing::Chunked;
    expect(&client, chunked, "the answer is in chunks")?;
    let pieces: Vec<&[u8]> = response.pieces.iter().map(Vec::as_slice).collect();
    expect(&client, in_order(&pieces), "there are three chunks, with part1, part2 and part3")?;
    client.sees_end()
}

fn in_order(pieces: &[&[u8]]) -> bool {
    let parts = ["part1", "part2", "part3"];
    let holds = |(piece, part): (&&[u8], &&str)| String::from_utf8_lossy(piece).contains(*part);
    pieces.len() == parts.len() && pieces.iter().zip(&parts).all(holds)
}

fn http_1_0(target: &Target) -> Verdict {
    let server = target.start()?;
    let (_, in_chunks) = visit(&server, "/stream", 200)?;
    for request in ["GET /stream HTTP/1.0\r\n\r\n", "GET /stream HTTP/1.0\r\nHost: x\r\n\r\n"] {
        let (client, response) = ask(&server, request)?;
        response.expect_status(&client, 200)?;
        let until_close = response.framing == Framing::Close;
        expect(&client, until_close, "the content ends with the connection")?;
        let what = "the content is the same as in chunks, without their framing";
        expect_eq(&client, what, &in_chunks.content, &response.content)?;
    }
    Ok(())
}

fn http_1_0_length(target: &Target) -> Verdict {
    let server = target.start()?;
    for path in ["/hello", "/big?n=100000"] {
        let request = request("GET", path, "").replace("HTTP/1.1", "HTTP/1.0");
        let (mut client, response) = ask(&server, request)?;
        response.expect_status(&client, 200)?;
        let length = response.framing == Framing::Length;
        expect(&client, length, format!("the answer to {path} has a Content-Length"))?;
        client.sees_end()?;
    }
    Ok(())
}
