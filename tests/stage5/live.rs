//! The live application: thousands listen to what one says, and none of them holds a thread.

use grader::{
    Check, Client, Failure, Server, Signal, Target, Verdict, expect, need_descriptors, process,
    random,
};

use crate::asking::{asks, get, post, serves};
use crate::stop::ends_well;

pub const CHECKS: &[Check] = &[
    Check {
        id: "live-is-listed",
        title: "--list names the live application, and its page is served",
        rule: "the contract: --list names the applications",
        hint: "Add it to the list that the others are in.",
        run: listed,
    },
    Check {
        id: "live-hundred-listeners",
        title: "what is said reaches a hundred listeners, in the order in which it was said",
        rule: "HTML standard s9.2, server-sent events: data: and an empty line",
        hint: "Subscribe before the head goes out, so that no message falls between.",
        run: hundred,
    },
    Check {
        id: "live-lines",
        title: "a message of several lines is one event, and can't forge another",
        rule: "HTML standard s9.2.6: each line is a data field",
        hint: "Split at line ends and write data: before each line.",
        run: lines,
    },
    Check {
        id: "live-stop",
        title: "the streams end in order when the server stops, and the server with status 0",
        rule: "book/src/stage5-async/deadlines.md, Stopping; RFC 9112 s7.1: the last-chunk",
        hint: "An answer without an end of its own has to wait for the stop as well.",
        run: stop,
    },
    Check {
        id: "live-unread-content",
        title: "64 KiB of content that nobody read are read over, and one byte more ends the connection",
        rule: "RFC 9112 s9.3, s9.6; book/src/hard/limits.md: 64 KiB of it",
        hint: "Look at what is left of the content before the head goes out.",
        run: unread,
    },
];

pub const CROWD: &[Check] = &[Check {
    id: "live-thousand-listeners",
    title: "a thousand listeners hear a message, and a few threads tell them",
    rule: "issue: an async application that holds thousands of clients open",
    hint: "Wait in the task for the next message; a blocking thread a listener is what WSGI would \
           need.",
    run: thousand,
}];

fn start(target: &Target) -> Result<Server, Failure> {
    target.launch().arg("--quiet").arg("live").env("TOKIO_WORKER_THREADS", "1").start()
}

/// A client that listens, and whose subscription is known to hold.
fn listener(server: &Server) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    client.send(get("/events", "").as_bytes())?;
    hears(&mut client, &[": listening\n\n"])?;
    Ok(client)
}

fn unread(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let request = |length: usize| post("/hello", &"x".repeat(length));
    asks(&mut client, &request(65_536), 405)?;
    asks(&mut client, &get("/hello", ""), 200)?;
    let last = asks(&mut client, &request(65_537), 405)?;
    last.expect_field(&client, "Connection", "close")?;
    client.sees_end()
}

fn listeners(server: &Server, count: usize) -> Result<Vec<Client>, Failure> {
    (0..count).map(|_| listener(server)).collect()
}

/// The events that a check waits for are a few hundred bytes.
const MOST_READ: usize = 1 << 20;

/// Reads until these have come, one after the other.
fn hears(client: &mut Client, texts: &[&str]) -> Verdict {
    let mut got = String::new();
    let mut found = 0;
    for text in texts {
        found += loop {
            if let Some(at) = got[found..].find(text) {
                break at + text.len();
            }
            let more = client.read_some(4096)?;
            expect(client, !more.is_empty(), format!("the stream brings {text:?}"))?;
            expect(client, got.len() < MOST_READ, format!("{text:?} comes before so much else"))?;
            got += &String::from_utf8_lossy(&more);
        };
    }
    Ok(())
}

fn says(server: &Server, message: &str) -> Verdict {
    asks(&mut server.connect()?, &post("/say", message), 200).map(drop)
}

fn listed(target: &Target) -> Verdict {
    let finished = target.launch().arg("--list").run()?;
    let named = finished.stdout_lines().iter().any(|line| line.starts_with("live "));
    expect(&finished, named, "--list names live")?;
    let server = start(target)?;
    let mut client = server.connect()?;
    let page = asks(&mut client, &get("/", ""), 200)?.text();
    expect(&client, page.contains("EventSource"), "the page listens to the events")?;
    serves(&server)
}

fn hundred(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut clients = listeners(&server, 100)?;
    let messages = [random::name(), random::name(), random::name()];
    messages.iter().try_for_each(|message| says(&server, message))?;
    let events = messages.map(|message| format!("data: {message}\n\n"));
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    clients.iter_mut().try_for_each(|client| hears(client, &events))
}

fn lines(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = listener(&server)?;
    says(&server, "one\nevent: two\n\ndata: three")?;
    hears(&mut client, &["data: one\ndata: event: two\ndata: \ndata: data: three\n\n"])?;
    says(&server, "four\r\nfive")?;
    hears(&mut client, &["data: four\ndata: five\n\n"])
}

fn stop(target: &Target) -> Verdict {
    let server = start(target)?;
    let clients = listeners(&server, 20)?;
    server.stop(Signal::SIGTERM)?;
    for mut client in clients {
        let rest = client.read_to_end()?;
        expect(&client, rest.ends_with(b"0\r\n\r\n"), "the stream ends with the last-chunk")?;
    }
    ends_well(&server)
}

fn thousand(target: &Target) -> Verdict {
    need_descriptors(2000)?;
    let server = start(target)?;
    let mut clients = listeners(&server, 1000)?;
    let threads = process::threads(server.pid()).unwrap_or(1);
    expect(&server, threads < 50, format!("a few threads hold 1,000 listeners: {threads}"))?;
    let message = random::name();
    let event = format!("data: {message}\n\n");
    says(&server, &message)?;
    clients.iter_mut().try_for_each(|client| hears(client, &[&event]))?;
    serves(&server)
}
