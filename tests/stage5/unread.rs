//! Content that the application did not read must not be taken for the next request.

use grader::{Check, Client, Target, Verdict, expect, expect_eq};

use crate::asking::{HELLO, asks, get, greets, post, post_chunked, serves, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "unread-content-then-next",
        title: "content that nobody read is skipped, and the request behind it is answered",
        rule: "RFC 9112 s9.3: a server reads the whole content, or closes",
        hint: "Before the next head, read the rest of the content, until the decoder is done.",
        run: unread_content,
    },
    Check {
        id: "unread-chunks-are-no-request",
        title: "chunks that nobody read are skipped with their trailers",
        rule: "RFC 9112 s7.1, s9.3",
        hint: "Decode them, and drop what comes out: only the decoder knows where they end.",
        run: unread_chunks,
    },
    Check {
        id: "half-read-content",
        title: "content of which the application read one half is skipped from there on",
        rule: "RFC 9112 s9.3",
        hint: "Hand the content that you have read to the application (to `answer`, in place of \
               io::empty()); what it leaves unread is no request.",
        run: half_read,
    },
    Check {
        id: "long-unread-content",
        title: "content of more than 64 KiB that nobody read ends the connection, as announced",
        rule: "RFC 9112 s9.3, s9.6; book/src/hard/limits.md: 64 KiB of it",
        hint: "Decide before the head goes out: Connection: close, then close gently, for the client \
               is still sending.",
        run: long_content,
    },
    Check {
        id: "expect-and-unread",
        title: "a client that waits for 100 Continue in vain gets the answer, and the connection ends",
        rule: "RFC 9110 s10.1.1: it may send its content or not, so nobody knows what comes next",
        hint: "No 100 unless somebody reads; and then the connection can't go on.",
        run: expect_unread,
    },
    Check {
        id: "expect-and-read",
        title: "a client that expects 100 Continue is asked for its content when it is read",
        rule: "RFC 9110 s10.1.1",
        hint: "Send HTTP/1.1 100 Continue and an empty line at the application's first read.",
        run: expect_read,
    },
];

/// Whoever takes this for requests answers one of them.
fn decoy(length: usize) -> String {
    let request = get("/raise", "");
    request.repeat(length / request.len() + 1)[..length].to_owned()
}

/// The answer to this and then the one to the next request come, and nothing between them.
fn answers_then_greets(client: &mut Client, request: &str) -> Verdict {
    asks(client, request, 200)?;
    asks(client, &get("/status/201", ""), 201)?;
    greets(client)
}

fn unread_content(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    for length in [1, 100, 10_000, 65_536] {
        let answered = answers_then_greets(&mut client, &post("/hello", &decoy(length)));
        answered.map_err(|failure| failure.detail(format!("behind content of {length} bytes")))?;
    }
    // The same with content that comes only after the answer might have been sent.
    let request = post("/hello", &decoy(10_000));
    let (start, rest) = request.split_at(request.len() - 5000);
    client.send_pieces([start, rest])?;
    client.response("POST")?.expect_status(&client, 200)?;
    greets(&mut client)
}

fn unread_chunks(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    answers_then_greets(&mut client, &post_chunked("/hello", &decoy(1000)))?;
    let trailer = post_chunked("/hello", "x").replace("0\r\n\r\n", "0\r\nX-A: b\r\n\r\n");
    answers_then_greets(&mut client, &trailer)
}

fn half_read(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let response = asks(&mut client, &post("/half-read", &decoy(2000)), 200)?;
    expect_eq(&client, "one half was read", "read 1000 of 2000 bytes\n", response.content)?;
    greets(&mut client)
}

fn long_content(target: &Target) -> Verdict {
    let server = start(target)?;
    // The first is one byte more than passes, which another check has sent.
    for length in [65_537, 4_000_000] {
        let mut client = server.connect()?;
        client.send_in_background((post("/hello", &decoy(length)) + HELLO).into_bytes())?;
        let response = client.response("POST")?;
        response.expect_status(&client, 200)?;
        response.expect_field(&client, "Connection", "close")?;
        client.sees_end()?;
    }
    serves(&server)
}

/// A request that keeps its content back.
fn expecting(path: &str) -> String {
    let fields = "Host: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n";
    format!("POST {path} HTTP/1.1\r\n{fields}\r\n")
}

fn expect_unread(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let response = asks(&mut client, &expecting("/hello"), 200)?;
    response.expect_field(&client, "Connection", "close")?;
    client.sees_end()
}

fn expect_read(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(expecting("/echo").as_bytes())?;
    let interim = client.response("POST")?;
    interim.expect_status(&client, 100)?;
    expect(&client, interim.fields.is_empty(), "100 Continue needs no fields")?;
    let response = asks(&mut client, "hello", 200)?;
    expect_eq(&client, "the content comes back", "hello", response.content)?;
    greets(&mut client)
}
