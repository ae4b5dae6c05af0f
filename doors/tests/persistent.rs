//! What is asked of doors whose connections persist.

use grader::{Check, Failure, Server, Target, Verdict, expect, process};

use crate::talk::{HELLO, greeting, greets, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "fifty-on-a-connection",
        title: "fifty requests on one connection get fifty answers",
        rule: "RFC 9112 s9.3",
        hint: "",
        run: fifty,
    },
    Check {
        id: "sent-ahead",
        title: "fifty requests sent at once get fifty answers, however the bytes come",
        rule: "RFC 9112 s9.3.2",
        hint: "",
        run: ahead,
    },
    Check {
        id: "answers-that-nobody-reads",
        title: "a client that asks and asks and reads no answer does not fill the server's memory",
        rule: "bounded memory: what is not taken is not made",
        hint: "",
        run: |target| unread(target).map(drop),
    },
    Check {
        id: "who-reads-nothing-is-not-heard",
        title: "a client that asks and asks and reads no answer is not heard any more, others are",
        rule: "while an answer waits, nothing is read",
        hint: "",
        run: unheard,
    },
];

fn fifty(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    (0..50).try_for_each(|_| greets(&mut client))
}

fn ahead(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(HELLO.repeat(50).as_bytes())?;
    (0..50).try_for_each(|_| greeting(&mut client))?;
    client.send_bytewise(HELLO.as_bytes())?;
    greeting(&mut client)
}

/// 32 MiB of requests, and four times that of answers: buffers hold less than either.
const ASKED: usize = 32 << 20;
/// What a server may need for one client, in KiB: far less than what it would collect.
const SMALL: u64 = 8 * 1024;

/// The server, and how much of the requests it has taken from a client that reads nothing.
fn unread(target: &Target) -> Result<(Server, usize), Failure> {
    let server = start(target)?;
    (0..10).try_for_each(|_| greets(&mut server.connect()?))?;
    let before = process::resident_kib(server.pid());
    let mut client = server.connect()?;
    let taken = client.send_what_is_taken(HELLO.repeat(ASKED / HELLO.len()).as_bytes(), 64 << 10);
    // The server may still be at what it has taken.
    greets(&mut server.connect()?)?;
    if let (Some(before), Some(now)) = (before, process::resident_kib(server.pid())) {
        let grown = now.saturating_sub(before);
        let what = format!("the server's memory grows by less than {SMALL} KiB; it did by {grown}");
        expect(&server, grown < SMALL, what)?;
    }
    Ok((server, taken))
}

fn unheard(target: &Target) -> Verdict {
    let (server, taken) = unread(target)?;
    let what = format!("the server stops reading; it has taken {taken} bytes of {ASKED}");
    expect(&server, taken < ASKED / 2, what)
}
