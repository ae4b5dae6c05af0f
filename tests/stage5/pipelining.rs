//! Requests that are sent ahead are answered in order, each once.

use grader::{Check, Client, Failure, Seen, Target, Verdict, expect, expect_eq, random};

use crate::asking::{GREETING, HELLO, get, greeting, greets, post, post_chunked, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "three-in-one-segment",
        title: "three requests in one segment get three answers, in order",
        rule: "RFC 9112 s9.3.2",
        hint: "What was read behind a head belongs to the next request: keep it.",
        run: |target| in_order(target, 3),
    },
    Check {
        id: "fifty-in-one-segment",
        title: "fifty requests in one segment get fifty answers, in order",
        rule: "RFC 9112 s9.3.2",
        hint: "Look for a complete head in what is there before reading more.",
        run: |target| in_order(target, 50),
    },
    Check {
        id: "pipeline-byte-by-byte",
        title: "requests that are sent ahead one byte at a time are answered as if sent at once",
        rule: "POSIX read(2): a byte stream has no messages",
        hint: "A read may bring the end of one request and the start of the next.",
        run: byte_by_byte,
    },
    Check {
        id: "slow-one-first",
        title: "a slow answer is waited for: the answers behind it do not overtake",
        rule: "RFC 9112 s9.3.2: responses in the order of the requests",
        hint: "One task a connection, one request after the other.",
        run: slow_first,
    },
    Check {
        id: "pipelined-content",
        title: "content with a length and content in chunks go to their own requests",
        rule: "RFC 9112 s6, s9.3.2",
        hint: "Give the application what the framing says, and not one byte more.",
        run: content,
    },
    Check {
        id: "answers-do-not-wait",
        title: "the answers to what was sent ahead come although a head behind them is not complete",
        rule: "RFC 9112 s9.3.2: each request is answered once it is complete",
        hint: "Send what is collected before waiting for more bytes.",
        run: do_not_wait,
    },
];

/// Each request has a path of its own, and each answer shows it.
fn in_order(target: &Target, count: usize) -> Verdict {
    let server = start(target)?;
    let names: Vec<String> = (0..count).map(|_| random::name()).collect();
    let requests: String = names.iter().map(|name| get(&format!("/environ/{name}"), "")).collect();
    let mut client = server.connect()?;
    client.send(requests.as_bytes())?;
    for name in names {
        let response = client.response("GET").map_err(|failure| what_woke(failure, &mut client))?;
        let shown = response.text().contains(&format!("PATH_INFO=/environ/{name}\n"));
        expect(&client, shown, format!("the answers come in order; the next shows {name}"))?;
    }
    greets(&mut client)
}

/// After a wait in vain one more request tells whether those before were lost, or not looked at.
fn what_woke(failure: Failure, client: &mut Client) -> Failure {
    if failure.kind() != Seen::Hung || client.send(HELLO.as_bytes()).is_err() {
        return failure;
    }
    match client.response("GET") {
        Ok(response) if response.content == GREETING.as_bytes() => failure.detail(
            "another request, sent now, was answered at once: those before it were forgotten",
        ),
        Ok(_) => failure.detail("the next answer came when more bytes had come"),
        Err(_) => failure,
    }
}

fn byte_by_byte(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let requests =
        [HELLO, &post("/echo", "one"), HELLO, &post_chunked("/echo", "two"), HELLO].concat();
    client.send_bytewise(requests.as_bytes())?;
    greeting(&mut client)?;
    echoed(&mut client, "one")?;
    greeting(&mut client)?;
    echoed(&mut client, "two")?;
    greeting(&mut client)
}

fn echoed(client: &mut Client, content: &str) -> Verdict {
    let response = client.response("POST")?;
    response.expect_status(client, 200)?;
    expect_eq(client, "the content comes back", content, response.content)
}

fn slow_first(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client
        .send((get("/slow?ms=100", "") + HELLO + &get("/stream?ms=20", "") + HELLO).as_bytes())?;
    let slow = client.response("GET")?;
    expect_eq(&client, "the slow answer comes first", "waited 100 ms\n", slow.content)?;
    greeting(&mut client)?;
    let stream = client.response("GET")?;
    expect_eq(&client, "the pieces stay together", "part1\npart2\npart3\n", stream.content)?;
    greeting(&mut client)
}

fn content(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    // The second looks like a request, and is longer than any one read.
    let contents = ["first", &HELLO.repeat(3000), "third", "", "fifth"];
    let request = |(number, content): (usize, &&str)| match number % 2 {
        0 => post_chunked("/echo", content),
        _ => post("/echo", content),
    };
    let requests: String = contents.iter().enumerate().map(request).collect();
    client.send_in_background((requests + HELLO).into_bytes())?;
    contents.iter().try_for_each(|content| echoed(&mut client, content))?;
    greeting(&mut client)
}

fn do_not_wait(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let (start, rest) = HELLO.split_at(10);
    client.send((HELLO.repeat(3) + start).as_bytes())?;
    (0..3).try_for_each(|_| greeting(&mut client))?;
    client.send(rest.as_bytes())?;
    greeting(&mut client)
}
