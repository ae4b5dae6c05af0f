//! Content in chunks: the application reads what is in them and sees nothing of the framing.

use super::input::comes_back;
use super::talk::{next_is_served, request};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::expect;
use crate::random;
use crate::target::Target;

const RULE: &str = "RFC 9112 s7.1";

/// Chunks, extensions and trailers.
pub const CHECKS: &[Check] = &[
    Check {
        id: "chunked-input",
        title: "content in chunks of any size, cut anywhere, is read as one",
        rule: RULE,
        hint: "A chunk is a size in hexadecimal, CRLF, so many bytes, CRLF; the last one has size \
               0. Reads end wherever they like: keep what is left of a chunk in mind.",
        run: any_sizes,
    },
    Check {
        id: "chunked-byte-by-byte",
        title: "content in chunks that arrives one byte at a time is read to its end",
        rule: "RFC 9112 s7.1; POSIX read(2)",
        hint: "Half a chunk line is no chunk line yet: wait for its CRLF before you read the size.",
        run: byte_by_byte,
    },
    Check {
        id: "chunked-extensions-and-trailers",
        title: "chunk extensions and trailers are read over",
        rule: "RFC 9112 s7.1.1 (ignore extensions that you don't know) and s7.1.2",
        hint: "The size ends at the first byte that is no hexadecimal digit; after the last-chunk \
               come field lines until an empty one.",
        run: extensions,
    },
    Check {
        id: "chunked-extensions-are-limited",
        title: "chunks with extensions of more than 16 KiB in all are answered with 400",
        rule: "RFC 9112 s7.1.1: a server ought to limit the extensions of a request in all, and answer \
               with a 4xx status",
        hint: "A limit for each line is none for a request of a thousand chunks: add the extensions up.",
        run: many_extensions,
    },
    Check {
        id: "chunked-ends-at-its-last-chunk",
        title: "bytes behind the last-chunk are no part of the content",
        rule: "RFC 9112 s7.1",
        hint: "The empty line after the last-chunk is the end; what follows is another request.",
        run: ends,
    },
    Check {
        id: "chunked-in-any-case",
        title: "the name of the coding may be written in any case",
        rule: "RFC 9112 s7: names of transfer codings have no case",
        hint: "Compare with eq_ignore_ascii_case: Chunked is chunked.",
        run: any_case,
    },
    Check {
        id: "chunked-cut-short",
        title: "content that ends in the middle of a chunk is not taken for whole",
        rule: "RFC 9112 s8: content in chunks is incomplete until the last-chunk has come",
        hint: "A read that brings 0 bytes before the last-chunk is an error: the client has left. \
               Return Err(io::ErrorKind::UnexpectedEof.into()), or half an upload looks whole.",
        run: cut_short,
    },
];

/// As `input::expect_echo`; curl sends a Content-Length if it is not told otherwise.
fn expect_echo(client: &mut Client, content: &[u8]) -> Verdict {
    let by_hand = "curl -s -H 'Transfer-Encoding: chunked' --data-binary @FILE \
                   http://127.0.0.1:8888/echo | cmp - FILE";
    comes_back(client, content, by_hand)
}

/// A request for `/echo` whose content is to be framed in chunks.
pub(super) fn head() -> Vec<u8> {
    request("POST", "/echo", "Transfer-Encoding: chunked\r\n").into()
}

/// One chunk; `extension` stands behind its size.
pub(super) fn chunk(content: &[u8], extension: &str) -> Vec<u8> {
    let line = format!("{:x}{extension}\r\n", content.len());
    [line.as_bytes(), content, b"\r\n"].concat()
}

/// The end of chunked content without trailers.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Pieces of at most so many bytes.
fn pieces(mut bytes: &[u8], most: usize) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let size = 1 + usize::try_from(random::number()).unwrap_or(0) % most.min(bytes.len());
        let (piece, rest) = bytes.split_at(size);
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

fn any_sizes(target: &Target) -> Verdict {
    let server = target.start()?;
    for most in [0, 20, 3000, 40_000] {
        let content = random::bytes(most * 5);
        let chunks = pieces(&content, most).into_iter().map(|piece| chunk(piece, ""));
        let chunks: Vec<u8> = chunks.flatten().collect();
        let request = [&head()[..], &chunks, LAST_CHUNK].concat();
        let mut client = server.connect()?;
        client.send_pieces(pieces(&request, most * 2 + 10))?;
        expect_echo(&mut client, &content)?;
    }
    Ok(())
}

fn byte_by_byte(target: &Target) -> Verdict {
    let server = target.start()?;
    let (first, second) = (random::bytes(20), random::bytes(3));
    let request = [head(), chunk(&first, ""), chunk(&second, ""), LAST_CHUNK.to_vec()].concat();
    let mut client = server.connect()?;
    client.send_bytewise(&request)?;
    expect_echo(&mut client, &[first, second].concat())
}

fn extensions(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(31);
    let mut request = head();
    for (piece, extension) in [(0..10, ";name=value"), (10..26, ";a;b=\"x;y\""), (26..31, "")] {
        request.extend(chunk(&content[piece], extension));
    }
    request.extend(b"000;last\r\nX-Trailer: one\r\nX-Other: two\r\n\r\n");
    let mut client = server.connect()?;
    client.send(&request)?;
    expect_echo(&mut client, &content)
}

fn many_extensions(target: &Target) -> Verdict {
    let server = target.start()?;
    // The same number of bytes in lines of any length that passes.
    for (length, count) in [(4000, 5), (400, 50), (40, 500), (4, 6000)] {
        let mut client = server.connect()?;
        let extension = format!(";{}", "e".repeat(length - 1));
        let chunks = chunk(b"x", &extension).repeat(count);
        client.send_in_background([head(), chunks, LAST_CHUNK.to_vec()].concat())?;
        client.response("POST")?.expect_status(&client, 400)?;
        client.sees_end()?;
        drop(client);
        next_is_served(&server)?;
    }
    Ok(())
}

fn ends(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(10);
    let next = b"GET /environ HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut client = server.connect()?;
    client.send(&[&head()[..], &chunk(&content, ""), LAST_CHUNK, next].concat())?;
    expect_echo(&mut client, &content)
}

fn any_case(target: &Target) -> Verdict {
    let server = target.start()?;
    ["Chunked", "CHUNKED"].into_iter().try_for_each(|coding| {
        let content = random::bytes(10);
        let head = request("POST", "/echo", &format!("Transfer-Encoding: {coding}\r\n"));
        let mut client = server.connect()?;
        client.send(&[head.as_bytes(), &chunk(&content, ""), LAST_CHUNK].concat())?;
        expect_echo(&mut client, &content)
    })
}

fn cut_short(target: &Target) -> Verdict {
    let server = target.start()?;
    let whole = chunk(&random::bytes(10), "");
    // In a chunk, in its line end, between two chunks, in the size of the next one.
    for sent in [&whole[..8], &whole[..14], &whole, &[&whole[..], b"5"].concat()] {
        let mut client = server.connect()?;
        client.send(&[&head()[..], sent].concat())?;
        client.half_close()?;
        let came = client.read_to_end()?;
        let is_200 = came.starts_with(b"HTTP/1.1 200 ");
        expect(&client, !is_200, "the answer is no 200: the content is not complete")?;
        drop(client);
        next_is_served(&server)?;
    }
    Ok(())
}
