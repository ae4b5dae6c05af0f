//! Content that goes through an example in pieces, in and out.

use super::example::Example;
use crate::check::Verdict;
use crate::client::Client;
use crate::evidence::{expect, expect_eq};
use crate::failure::Failure;
use crate::gateway::talk::{final_response, get, request};
use crate::server::Server;

/// More than any buffer on the way, and less than the limit of content.
const LENGTH: usize = 3_000_000;
/// What `sha256sum` says of [`uploaded`].
const DIGEST: &str = "e692ec654c9dd6a5a69a6260cd61ab627427c93a9376aca3f0a8e27c4f710406";
const FILE: &[u8] = b"a file\r\n\0\xFF";
/// What `sha256sum` says of [`FILE`].
const DIGEST_OF_FILE: &str = "65aa2312610c60c6e4b3e8dfbc4509e6dfc92f96e035c3d8b7395a0b6b3dbccf";

/// Bytes whose order shows, as their period divides no buffer.
fn uploaded() -> Vec<u8> {
    (0..LENGTH).map(|index| (index * 31 % 251) as u8).collect()
}

pub(super) fn stream(server: &Server, _: &Example) -> Verdict {
    let mut client = server.connect()?;
    client.send(get("/stream").as_bytes())?;
    let whole = client.response("GET")?;
    expect_eq(&client, "three pieces come", "part1\npart2\npart3\n", &whole.content)
}

/// A client that has the first piece of a stream, while the second is not made for a minute. A server
/// of one client at a time is busy for as long.
pub(super) fn first_piece(server: &Server) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    client.send(get("/stream?ms=60000").as_bytes())?;
    let came = client.read_until("part1")?;
    expect(&client, !came.contains("part2"), "the second piece has not come yet")?;
    Ok(client)
}

pub(super) fn upload(server: &Server, _: &Example) -> Verdict {
    let fields = format!("Content-Type: application/octet-stream\r\nContent-Length: {LENGTH}\r\n");
    uploads(server, &fields, &uploaded(), LENGTH, DIGEST)
}

pub(super) fn file(server: &Server, example: &Example) -> Verdict {
    if !example.takes_files {
        return Ok(());
    }
    let start = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let content = [start.as_bytes(), FILE, b"\r\n--edge--\r\n"].concat();
    let length = content.len();
    let kind = "multipart/form-data; boundary=edge";
    let fields = format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n");
    uploads(server, &fields, &content, FILE.len(), DIGEST_OF_FILE)
}

pub(super) fn chunked(server: &Server, example: &Example) -> Verdict {
    let fields = "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n";
    let chunk =
        |piece: &[u8]| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
    let content = uploaded();
    let mut chunks: Vec<u8> = content.chunks(70_001).flat_map(chunk).collect();
    chunks.extend(b"0\r\n\r\n");
    if example.takes_chunks {
        return uploads(server, fields, &chunks, LENGTH, DIGEST);
    }
    uploads(server, fields, &chunks, 0, DIGEST_OF_NOTHING)
}

/// What `sha256sum` says of nothing.
const DIGEST_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The application says how many bytes it has read, and what their digest is.
fn uploads(server: &Server, fields: &str, content: &[u8], length: usize, digest: &str) -> Verdict {
    let mut client = server.connect()?;
    let head = request("POST", "/upload", fields);
    client.send_in_background([head.as_bytes(), content].concat())?;
    let response = final_response(&mut client, "POST")?;
    response.expect_status(&client, 200)?;
    let right = format!("{length} bytes, SHA-256 {digest}\n");
    expect_eq(&client, "the application has read all of it", right, &response.content)
}
