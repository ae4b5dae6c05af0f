//! The checks that are the same for every server of one client at a time: the others wait, and none
//! of them waits for one that says nothing.

use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::answered;
use crate::target::Target;

const REQUEST: &str = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// For a server of HTTP that serves one client after the other.
pub const CHECKS: &[Check] = &[
    Check {
        id: "silent-first-connection",
        title: "a browser's silent extra connection does not keep the next client waiting",
        rule: "book/src/stage2-single-request/hardening.md: it waits 1 s for the first byte",
        hint: "Give the first byte a shorter deadline than the whole head.",
        run: silent_first,
    },
    Check {
        id: "first-byte-is-in-the-help",
        title: "a silent client is closed after a second, whatever HEAD_TIMEOUT says, and --help says so",
        rule: "the contract of every server: --help explains each setting",
        hint: "HEAD_TIMEOUT is for the whole head. Say in --help that the first byte has less time, or \
               somebody who types a request by hand is cut off and can't find out why.",
        run: first_byte,
    },
    Check {
        id: "thirty-clients-wait-in-the-backlog",
        title: "thirty clients that come at once are all served, one after the other",
        rule: "POSIX listen(2)",
        hint: "Ask listen for a backlog that holds a burst of clients, 128 or more.",
        run: thirty_clients,
    },
];

fn silent_first(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut silent = server.connect()?;
    answered(&server, REQUEST, 200)?;
    silent.sees_end()
}

fn first_byte(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "60").start()?;
    let mut silent = server.connect()?;
    silent.sees_end()?;
    let finished = target.launch().arg("--help").run()?;
    let text = finished.stdout_lines().join(" ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let (_, setting) = text.split_once("HEAD_TIMEOUT=").unwrap_or_default();
    let says_so = setting.contains("first byte must come within 1 second");
    expect(&finished, says_so, "--help says at HEAD_TIMEOUT what the first byte has")
}

fn thirty_clients(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut clients = Vec::new();
    for _ in 0..30 {
        let mut client = server.connect()?;
        client.send(REQUEST.as_bytes())?;
        clients.push(client);
    }
    // Each leaves once it has been served; one that stayed would keep the next one waiting.
    clients.into_iter().try_for_each(|mut client| {
        client.response("GET")?.expect_status(&client, 200)?;
        client.sees_end()
    })
}
