//! Back-pressure: who is too slow stops the other side, and does not fill the server's memory.

use grader::{Check, Client, Failure, Server, Target, Verdict, expect, fail, process};

use crate::asking::{asks, get, serves, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "unread-answer-stays-small",
        title: "a large answer that nobody reads does not collect in memory; who has gone gets no more",
        rule: "issue: a client that does not read stops the application, not the server's memory",
        hint: "A channel without a bound, or collecting the body, holds all that the client leaves.",
        run: unread_answer,
    },
    Check {
        id: "unread-upload-stays-small",
        title: "content that the application does not read does not collect in the server's memory",
        rule: "issue: back-pressure in both directions",
        hint: "Read content when the application asks for it; until then it waits in the kernel.",
        run: unread_upload,
    },
    Check {
        id: "nothing-is-left",
        title: "after clients that left in the middle of everything no descriptor is left open",
        rule: "POSIX close(2)",
        hint: "A task that waits for a client that has gone must end, and drop its connection.",
        run: nothing_is_left,
    },
];

/// What a server may need for a handful of clients, in KiB: far less than what they leave unread.
const SMALL: u64 = 20 * 1024;

/// The last line is the server's memory, in KiB.
const UNREAD_BY_HAND: &str = "(printf 'GET /big?n=100000000 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; \
     sleep 5) | nc -N 127.0.0.1 8888 | sleep 5 & sleep 3; ps -o rss= -p $(pgrep -o stage5-mine)";

/// While so many other clients are served, a server without back-pressure collects hundreds of MB.
const OTHERS: usize = 150;

fn unread_answer(target: &Target) -> Verdict {
    let server = start(target)?;
    let (memory, descriptors) = rest(&server)?;
    let mut clients = Vec::new();
    // Few and not too large: a server that collects them must not take the whole machine with it.
    for _ in 0..4 {
        let mut client = server.dial().receive_buffer(4096).connect()?;
        client.send(get("/big?n=100000000", "").as_bytes())?;
        client.read_some(1)?;
        clients.push(client);
        stays_small(&server, memory).map_err(|failure| failure.by_hand(UNREAD_BY_HAND))?;
    }
    stays_small(&server, memory).map_err(|failure| failure.by_hand(UNREAD_BY_HAND))?;
    clients.into_iter().try_for_each(Client::reset)?;
    back_to(&server, descriptors)?;
    answer_of_one_who_left(target)
}

/// It takes hours to make: what makes it must be told that nobody is there any more. On a server
/// where no other body can be closed meanwhile.
fn answer_of_one_who_left(target: &Target) -> Verdict {
    let server = start(target)?;
    let before = closed(&server)?;
    let mut client = server.connect()?;
    client.send(get("/big?n=100000000000000", "").as_bytes())?;
    client.read_some(1)?;
    client.reset()?;
    is_closed(&server, before, "the application of a client that has gone to be stopped")
}

/// Five times the longest content that is taken, and five applications that do not read it.
fn unread_upload(target: &Target) -> Verdict {
    let server = start(target)?;
    let (memory, descriptors) = rest(&server)?;
    let length = 8 * 1024 * 1024;
    let fields = format!("Host: localhost\r\nContent-Length: {length}\r\n");
    let head = format!("POST /slow?ms=700 HTTP/1.1\r\n{fields}\r\n");
    let request = [head.as_bytes(), &vec![b'x'; length]].concat();
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = server.connect()?;
        client.send_in_background(request.clone())?;
        clients.push(client);
    }
    stays_small(&server, memory)?;
    clients.into_iter().try_for_each(Client::reset)?;
    back_to(&server, descriptors)
}

fn nothing_is_left(target: &Target) -> Verdict {
    let server = start(target)?;
    let (_, descriptors) = rest(&server)?;
    let started = ["", "GET /he", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"];
    let slow = [get("/slow?ms=200", ""), get("/big?n=100000000", ""), get("/stream?ms=50", "")];
    for start in started.into_iter().chain(slow.iter().map(String::as_str)) {
        for resets in [false, true] {
            let mut client = server.connect()?;
            client.send(start.as_bytes())?;
            if resets {
                client.reset()?;
            }
        }
    }
    serves(&server)?;
    back_to(&server, descriptors)
}

/// Memory and descriptors of a server that has served somebody and rests.
pub fn rest(server: &Server) -> Result<(Option<u64>, Option<usize>), Failure> {
    (0..10).try_for_each(|_| serves(server))?;
    let mut before = None;
    let descriptors = server.wait_until("the number of descriptors to settle", || {
        let now = process::descriptors(server.pid());
        (before.replace(now) == Some(now)).then_some(now)
    })?;
    Ok((process::resident_kib(server.pid()), descriptors))
}

/// Where memory can't be seen there is nothing to find out.
fn stays_small(server: &Server, before: Option<u64>) -> Verdict {
    let Some(before) = before else { return Ok(()) };
    (0..OTHERS).try_for_each(|_| {
        serves(server)?;
        let grown = process::resident_kib(server.pid()).unwrap_or(0).saturating_sub(before);
        let what = format!("the server's memory grows by less than {SMALL} KiB; it did by {grown}");
        expect(server, grown < SMALL, what)
    })
}

/// How many bodies have been closed before this question.
pub fn closed(server: &Server) -> Result<u64, Failure> {
    let mut client = server.connect()?;
    let response = asks(&mut client, &get("/closed", ""), 200)?;
    let text = response.text();
    text.trim().parse().or_else(|_| fail(&client, "/closed tells a number"))
}

/// Each question closes a body as well, and one more than that was closed since `before`.
pub fn is_closed(server: &Server, before: u64, what: &str) -> Verdict {
    let mut asked = 0;
    let now = server.wait_until(what, || {
        asked += 1;
        let now = closed(server);
        (now.as_ref().is_ok_and(|now| *now > before + asked) || now.is_err()).then_some(now)
    })?;
    now.map(drop)
}

fn back_to(server: &Server, before: Option<usize>) -> Verdict {
    server.wait_until("the last connection to be closed", || {
        (process::descriptors(server.pid()) <= before).then_some(())
    })
}
