//! `Expect: 100-continue`: a client that asks before it sends its content.

use super::input::expect_echo;
use super::talk::{next_is_served, request};
use crate::check::{Check, Verdict};
use crate::random;
use crate::target::Target;

const RULE: &str = "RFC 9110 s10.1.1; PEP 3333, HTTP 1.1 Expect/Continue";

/// Whether the client is told to go on, and when.
pub const CHECKS: &[Check] = &[
    Check {
        id: "expect-100-when-it-is-read",
        title: "a client that waits for 100 Continue gets it when the application reads",
        rule: RULE,
        hint: "Send \"HTTP/1.1 100 Continue\" and an empty line before the first read that would \
               wait for the client. Without it curl waits a second, and others for ever.",
        run: when_read,
    },
    Check {
        id: "expect-no-100-when-it-is-not-read",
        title: "an application that never reads answers without 100 Continue and without content",
        rule: "RFC 9110 s10.1.1: the final answer instead of 100 saves the client the content",
        hint: "Don't send 100 for every request that has the field: wait until somebody reads. \
               And don't wait for content that was never asked for.",
        run: when_not_read,
    },
    Check {
        id: "expect-and-send-at-once",
        title: "a client that does not wait for 100 Continue is answered as well",
        rule: "RFC 9110 s10.1.1: 100 may be left out if content has come already",
        hint: "With or without the 100, the content and the final answer are the same.",
        run: sent_at_once,
    },
];

fn expecting(path: &str, length: usize) -> String {
    request("POST", path, &format!("Expect: 100-continue\r\nContent-Length: {length}\r\n"))
}

fn when_read(target: &Target) -> Verdict {
    let server = target.start()?;
    // Long content takes another way in some servers.
    for length in [100, 200_000] {
        let content = random::bytes(length);
        let mut client = server.connect()?;
        client.send(expecting("/echo", content.len()).as_bytes())?;
        client.response("POST")?.expect_status(&client, 100)?;
        client.send(&content)?;
        expect_echo(&mut client, &content)?;
    }
    Ok(())
}

fn when_not_read(target: &Target) -> Verdict {
    let server = target.start()?;
    for length in [10, 200_000] {
        let mut client = server.connect()?;
        client.send(expecting("/hello", length).as_bytes())?;
        // The very first answer, and the content is never sent.
        client.response("POST")?.expect_status(&client, 200)?;
        client.sees_end()?;
    }
    next_is_served(&server)
}

fn sent_at_once(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = random::bytes(50);
    let mut client = server.connect()?;
    client.send(&[expecting("/echo", content.len()).as_bytes(), &content].concat())?;
    expect_echo(&mut client, &content)
}
