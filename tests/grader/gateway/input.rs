//! `wsgi.input`: the content of a request, all of it and nothing beyond.

use super::talk::{final_response, get, next_is_served, post, request};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::expect_eq;
use crate::exchange::ask;
use crate::failure::Failure;
use crate::random;
use crate::target::Target;

const RULE: &str = "PEP 3333, Input and Error Streams; RFC 9112 s6.2";

/// Content whose length is declared.
pub const CHECKS: &[Check] = &[
    Check {
        id: "input-is-the-content",
        title: "the application reads the content, byte for byte, and then its end",
        rule: RULE,
        hint: "Content starts right behind the empty line; part of it may have come with the head.",
        run: whole,
    },
    Check {
        id: "input-byte-by-byte",
        title: "content that arrives one byte at a time is read to its end",
        rule: "POSIX read(2): a byte stream has no messages",
        hint: "Read until Content-Length bytes have come, however many reads that takes.",
        run: byte_by_byte,
    },
    Check {
        id: "input-split-anywhere",
        title: "a request with content may be cut in two at any byte",
        rule: "POSIX read(2): a byte stream has no messages",
        hint: "What a read brings beyond the head is content already: hand that over first, and \
               then what comes on the connection, CONTENT_LENGTH bytes of both together, however \
               many reads it takes.",
        run: split,
    },
    Check {
        id: "input-of-1-mib",
        title: "a mebibyte of arbitrary bytes is read as it was sent",
        rule: RULE,
        hint: "Content is bytes. Nothing in it ends it: no NUL, no empty line, no full buffer.",
        run: one_mebibyte,
    },
    Check {
        id: "input-empty",
        title: "a request without content reads as empty, at once",
        rule: "RFC 9112 s6.3: without Content-Length and chunks a request has no content",
        hint: "Don't read until the client closes: it waits for the answer with its side open.",
        run: empty,
    },
    Check {
        id: "input-ends-at-its-length",
        title: "bytes behind the content are no part of it",
        rule: "PEP 3333: never beyond CONTENT_LENGTH; RFC 9112 s6.3",
        hint: "Count what is left of Content-Length, and say that the input ends where it is 0.",
        run: ends_at_its_length,
    },
    Check {
        id: "input-of-a-length-that-is-none",
        title: "a length that is no number, or is enormous, ends no server",
        rule: "RFC 9112 s6.3; whatever a client sends, it must not end a server",
        hint: "A length comes from the client: `parse` may fail, and a Vec of that size may be \
               impossible. `take` needs no Vec.",
        run: no_length,
    },
    Check {
        id: "input-half-read",
        title: "an application may leave half of the content unread",
        rule: "PEP 3333: it need not read all; RFC 9112 s9.6 for the end of the connection",
        hint: "Unread bytes in a closed socket make the kernel send a reset, which eats the \
               answer. Say that you send no more, read on until the client has closed too, and \
               only then close: close_gently of stage 2 does that.",
        run: half_read,
    },
];

/// The answer to what was sent to `/echo` is this content, and then the connection ends.
pub(super) fn expect_echo(client: &mut Client, content: &[u8]) -> Verdict {
    let by_hand = "curl --data-binary @FILE http://127.0.0.1:8888/echo | cmp - FILE";
    comes_back(client, content, by_hand)
}

/// The same, with a command that shows it.
pub(super) fn comes_back(client: &mut Client, content: &[u8], by_hand: &str) -> Verdict {
    let response = final_response(client, "POST")?;
    response.expect_status(client, 200)?;
    let what = "the content comes back as it was sent";
    expect_eq(client, what, content, &response.content)
        .map_err(|failure: Failure| failure.by_hand(by_hand))?;
    client.sees_end()
}

fn whole(target: &Target) -> Verdict {
    let server = target.start()?;
    for content in [random::bytes(1), random::bytes(1000), b"\r\n\r\nGET / \0".to_vec()] {
        let mut client = server.connect()?;
        client.send(&post("/echo", &content))?;
        expect_echo(&mut client, &content)?;
    }
    Ok(())
}

fn byte_by_byte(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(3000);
    let mut client = server.connect()?;
    client.send_bytewise(&post("/echo", &content))?;
    expect_echo(&mut client, &content)
}

fn split(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = b"\r\n\r\n\0\xFFend";
    let request = post("/echo", content);
    (1..request.len()).try_for_each(|cut| {
        let (first, second) = request.split_at(cut);
        let mut client = server.connect()?;
        client.send_pieces([first, second])?;
        expect_echo(&mut client, content)
    })
}

fn one_mebibyte(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(1024 * 1024);
    let mut client = server.connect()?;
    client.send_in_background(post("/echo", &content))?;
    expect_echo(&mut client, &content)
}

fn empty(target: &Target) -> Verdict {
    let server = target.start()?;
    let next = get("/hello");
    for fields in ["", "Content-Length: 0\r\n"] {
        for behind in ["", &next] {
            let mut client = server.connect()?;
            client.send((request("POST", "/echo", fields) + behind).as_bytes())?;
            expect_echo(&mut client, b"")?;
        }
    }
    Ok(())
}

fn ends_at_its_length(target: &Target) -> Verdict {
    let server = target.start()?;
    for content in [random::bytes(10), random::bytes(1), Vec::new()] {
        let next = get(&format!("/environ/{}", random::name()));
        let mut client = server.connect()?;
        client.send(&[post("/echo", &content), next.into()].concat())?;
        expect_echo(&mut client, &content)?;
    }
    Ok(())
}

/// What is answered is the server's affair.
fn no_length(target: &Target) -> Verdict {
    let server = target.start()?;
    for length in ["abc", "9999999999999999999", "99999999999999999999"] {
        let mut client = server.connect()?;
        let fields = format!("Content-Length: {length}\r\n");
        client.send((request("POST", "/echo", &fields) + "abc").as_bytes())?;
        client.half_close()?;
        client.ending()?;
        drop(client);
        next_is_served(&server)?;
    }
    Ok(())
}

fn half_read(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = ask(&server, post("/half-read", &random::bytes(200_000)))?;
    response.expect_status(&client, 200)?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)
}
