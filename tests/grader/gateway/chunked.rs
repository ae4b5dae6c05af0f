//! Content in chunks: the application reads what is in them and sees nothing of the framing.

use super::input::expect_echo;
use super::talk::request;
use crate::check::{Check, Verdict};
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
        id: "chunked-ends-at-its-last-chunk",
        title: "bytes behind the last-chunk are no part of the content",
        rule: "RFC 9112 s7.1",
        hint: "The empty line after the last-chunk is the end; what follows is another request.",
        run: ends,
    },
];

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

fn ends(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(10);
    let next = b"GET /environ HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut client = server.connect()?;
    client.send(&[&head()[..], &chunk(&content, ""), LAST_CHUNK, next].concat())?;
    expect_echo(&mut client, &content)
}
