//! The checks that are the same for every server of one client at a time: the others wait, and none
//! of them waits for one that says nothing.

use crate::check::{Check, Verdict};
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
