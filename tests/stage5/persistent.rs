//! A connection persists from request to request, as long as both sides want it to.

use grader::{Check, Target, Verdict, expect, expect_eq};

use crate::asking::{HELLO, asks, get, greets, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "two-requests-on-a-connection",
        title: "a second request on the same connection is answered",
        rule: "RFC 9112 s9.3: HTTP/1.1 connections persist by default",
        hint: "Put reading a head and answering it into a loop around the connection.",
        run: two_requests,
    },
    Check {
        id: "connection-close-is-heeded",
        title: "a client that says close, in whatever case and company, is told close and closed on",
        rule: "RFC 9110 s7.6.1: Connection is a list of options in any case; RFC 9112 s9.6",
        hint: "Split all Connection fields at commas, trim, and compare without regard to case.",
        run: says_close,
    },
    Check {
        id: "other-connection-options",
        title: "what is not the option close does not close the connection",
        rule: "RFC 9110 s7.6.1: options are whole members of the list",
        hint: "Compare members, do not search for the letters c-l-o-s-e.",
        run: other_options,
    },
    Check {
        id: "http-1-0-closes",
        title: "an HTTP/1.0 connection ends after its answer",
        rule: "RFC 9112 s9.3: HTTP/1.0 persists only if it asks for it",
        hint: "Where Connection says nothing, the version decides: Outcome::persistent knows, so end the \
               connection when it is false.",
        run: http_1_0,
    },
    Check {
        id: "http-1-0-keep-alive",
        title: "an HTTP/1.0 client that asks for keep-alive is told keep-alive and may go on",
        rule: "RFC 9112 s9.3 and appendix C.2.2: without the answer's word it would not go on",
        hint: "Answer Connection: keep-alive, but only if the content has a length.",
        run: keep_alive,
    },
    Check {
        id: "http-1-0-without-a-length",
        title: "an answer without a length ends an HTTP/1.0 connection, keep-alive or not",
        rule: "RFC 9112 s6.3, s7: no chunks in HTTP/1.0, so only the end tells the end",
        hint: "Decide on the framing first; what is framed by the end can't say keep-alive.",
        run: no_length,
    },
    Check {
        id: "a-thousand-requests",
        title: "the thousandth answer on a connection says close, and the connection ends",
        rule: "book/src/hard/limits.md: 1,000 requests a connection",
        hint: "Count the requests; the last one's answer needs Connection: close in its head.",
        run: a_thousand,
    },
];

fn two_requests(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    (0..3).try_for_each(|_| {
        let response = asks(&mut client, HELLO, 200)?;
        let closes = response.field("Connection").is_some_and(|value| value.contains("close"));
        expect(&client, !closes, "the answer does not say close")
    })
}

fn says_close(target: &Target) -> Verdict {
    let server = start(target)?;
    let values = ["close", "Close", "CLOSE", "keep-alive, close", "close,x-y", "x-y ,\tclose"];
    let fields = values.map(|value| format!("Connection: {value}\r\n"));
    let twice = "Connection: keep-alive\r\nConnection: close\r\n".to_owned();
    fields.into_iter().chain([twice]).try_for_each(|fields| {
        let mut client = server.connect()?;
        let response = asks(&mut client, &get("/hello", &fields), 200)?;
        response.expect_field(&client, "Connection", "close")?;
        client.sees_end()
    })
}

fn other_options(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    ["keep-alive", "closed", "x-close", "not close", "disclose, x", ""].iter().try_for_each(
        |value| {
            asks(&mut client, &get("/hello", &format!("Connection: {value}\r\n")), 200).map(drop)
        },
    )?;
    // Another field with that value means nothing.
    asks(&mut client, &get("/hello", "X-Connection: close\r\n"), 200)?;
    greets(&mut client)
}

fn http_1_0(target: &Target) -> Verdict {
    let server = start(target)?;
    for fields in ["", "Connection: close\r\n", "Connection: keep-alive, close\r\n"] {
        let mut client = server.connect()?;
        asks(&mut client, &format!("GET /hello HTTP/1.0\r\n{fields}\r\n"), 200)?;
        client.sees_end()?;
    }
    Ok(())
}

fn keep_alive(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    ["keep-alive", "Keep-Alive", "x-y, keep-alive"].iter().try_for_each(|value| {
        let request = format!("GET /hello HTTP/1.0\r\nConnection: {value}\r\n\r\n");
        let response = asks(&mut client, &request, 200)?;
        let said = response.field("Connection").unwrap_or_default().to_ascii_lowercase();
        expect_eq(&client, "the answer says keep-alive", "keep-alive", said)
    })
}

fn no_length(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")?;
    let response = client.response("GET")?;
    expect_eq(&client, "the content is whole", "part1\npart2\npart3\n", &response.content)?;
    let promised = response.field("Connection").is_some_and(|value| value.contains("keep-alive"));
    expect(&client, !promised, "the answer does not say keep-alive")?;
    client.sees_end()
}

fn a_thousand(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(HELLO.repeat(1000).as_bytes())?;
    for number in 1..=1000 {
        let response = client.response("GET")?;
        response.expect_status(&client, 200)?;
        let closes = response.field("Connection").as_deref() == Some("close");
        let what =
            format!("the answers up to the 1,000th persist, and that one says close: {number}");
        expect(&client, closes == (number == 1000), what)?;
    }
    client.sees_end()
}
