//! Clients that say nothing, or take nothing, are given up in time.

use grader::{Check, Failure, Server, Target, Verdict, expect};

use crate::asking::{HELLO, get, greeting, greets, in_time, serves};
use crate::pressure::{closed, is_closed};

const SECONDS: &str = "0.3";

/// With pauses that fit an idle time of 4 s.
const BEGUN_BY_HAND: &str = "(printf 'GET /hello HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 1; \
     printf 'GET /hello HT'; sleep 4; printf 'TP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 1) | nc 127.0.0.1 8888";

const AHEAD_BY_HAND: &str = "(env printf \
     'GET /hello HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET /hello HT'; sleep 5; \
     printf 'TP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 1) | nc 127.0.0.1 8888";

const SILENCE_BY_HAND: &str = "sleep 1 | nc 127.0.0.1 8888";

const IDLE_BY_HAND: &str = "bash -c 'exec 3<>/dev/tcp/127.0.0.1/8888; \
     printf \"GET /hello HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\" >&3; time cat <&3'";

pub const CHECKS: &[Check] = &[
    Check {
        id: "silence-is-closed",
        title: "a connection on which nothing comes is closed without an answer",
        rule: "RFC 9112 s9.5: there is no request to answer; HEAD_TIMEOUT",
        hint: "The first head's deadline counts from the beginning of the connection, whether anything \
               comes or not. If nothing has come: close without a word; 408 only if at least one \
               byte came.",
        run: silence,
    },
    Check {
        id: "idle-is-closed",
        title: "a persistent connection that is idle is closed without a word",
        rule: "RFC 9112 s9.5; IDLE_TIMEOUT. A 408 would be taken for the answer to the next request",
        hint: "Between two requests a deadline that passes is no fault of the client's.",
        run: idle_is_closed,
    },
    Check {
        id: "idle-time-starts-anew",
        title: "each request on a connection starts the idle time anew",
        rule: "RFC 9112 s9.5; IDLE_TIMEOUT is the time between two requests",
        hint: "Compute the deadline when an answer is out, not when the connection begins.",
        run: |target| in_time(["0.5", "4"], |seconds| starts_anew(target, seconds)),
    },
    Check {
        id: "begun-head-outlives-the-idle-time",
        title: "a head that began within the idle time may be finished after it",
        rule: "RFC 9112 s9.5; IDLE_TIMEOUT ends with the first byte, and HEAD_TIMEOUT begins",
        hint: "Two times, one after the other: the idle time until the first byte of a head, and \
               from then on head.whole. Compute the deadline anew when the first byte has come; it may \
               be in `received` already, behind the last request.",
        run: |target| in_time(["0.5", "4"], |seconds| begun(target, seconds)),
    },
    Check {
        id: "silence-inside-content",
        title: "a client that stops in the middle of its content is given up, with 408 or without",
        rule: "RFC 9110 s15.5.9; IDLE_TIMEOUT bounds silence inside content too",
        hint: "Every read of content needs a deadline.",
        run: silence_in_content,
    },
    Check {
        id: "client-that-does-not-read",
        title: "a client that does not read its answer is given up, and the application's body closed",
        rule: "IDLE_TIMEOUT bounds writing too; PEP 3333: close() is called always",
        hint: "Waiting for the socket to become writable needs a deadline as reading does.",
        run: does_not_read,
    },
];

fn start(target: &Target, variable: &str) -> Result<Server, Failure> {
    let quiet = target.launch().arg("--quiet");
    // The other one must not step in.
    quiet.env("HEAD_TIMEOUT", "60").env("IDLE_TIMEOUT", "60").env(variable, SECONDS).start()
}

fn silence(target: &Target) -> Verdict {
    let server = start(target, "HEAD_TIMEOUT")?;
    let closed = server.connect()?.sees_end();
    closed.map_err(|failure| failure.by_hand(SILENCE_BY_HAND))?;
    serves(&server)
}

fn idle_is_closed(target: &Target) -> Verdict {
    let server = start(target, "IDLE_TIMEOUT")?;
    let mut client = server.connect()?;
    greets(&mut client)?;
    client.sees_end().map_err(|failure| failure.by_hand(IDLE_BY_HAND))?;
    serves(&server)
}

/// The clock is another connection that is idle all the while: when that one has been closed, this
/// one is older than the idle time.
fn starts_anew(target: &Target, seconds: &str) -> Verdict {
    let server = target.launch().arg("--quiet").env("IDLE_TIMEOUT", seconds).start()?;
    let (mut used, mut clock) = (server.connect()?, server.connect()?);
    greets(&mut used)?;
    greets(&mut clock)?;
    server.wait_until("the idle connection to be closed", || {
        let used = greets(&mut used);
        if used.is_err() || !clock.is_quiet() { Some(used) } else { None }
    })??;
    clock.sees_end()?;
    greets(&mut used)
}

/// The first byte comes after an answer, or with the request before it. The clock is a connection
/// that has been idle for less long.
fn begun(target: &Target, seconds: &str) -> Verdict {
    let long = target.launch().arg("--quiet").env("HEAD_TIMEOUT", "60");
    let server = long.env("IDLE_TIMEOUT", seconds).start()?;
    let (mut used, mut ahead, mut clock) =
        (server.connect()?, server.connect()?, server.connect()?);
    let (start, rest) = HELLO.split_at(20);
    greets(&mut used)?;
    used.send(start.as_bytes())?;
    ahead.send((HELLO.to_owned() + start).as_bytes())?;
    greeting(&mut ahead)?;
    serves(&server)?;
    greets(&mut clock)?;
    clock.sees_end()?;
    for (client, by_hand) in [(&mut used, BEGUN_BY_HAND), (&mut ahead, AHEAD_BY_HAND)] {
        let answered = client.send(rest.as_bytes()).and_then(|()| greeting(client));
        answered.map_err(|failure| failure.by_hand(by_hand))?;
    }
    Ok(())
}

fn silence_in_content(target: &Target) -> Verdict {
    let server = start(target, "IDLE_TIMEOUT")?;
    // Little content and much may be read in different ways.
    for (length, some) in [(10, 3), (1_000_000, 100_000)] {
        let mut client = server.connect()?;
        let fields = format!("Host: localhost\r\nContent-Length: {length}\r\n");
        let head = format!("POST /echo HTTP/1.1\r\n{fields}\r\n");
        client.send((head + &"x".repeat(some)).as_bytes())?;
        let answer = client.read_to_end()?;
        let sound = answer.is_empty() || answer.starts_with(b"HTTP/1.1 408 ");
        expect(&client, sound, "the answer is 408, if there is one")?;
    }
    serves(&server)
}

fn does_not_read(target: &Target) -> Verdict {
    let server = start(target, "IDLE_TIMEOUT")?;
    let before = closed(&server)?;
    let mut client = server.dial().receive_buffer(4096).connect()?;
    client.send(get("/big?n=1000000000", "").as_bytes())?;
    client.read_some(1)?;
    is_closed(&server, before, "the body that nobody reads to be closed")?;
    serves(&server)
}
