//! What is asked of every door, whatever application it serves.

use crate::talk::{HELLO, greeting, greets, start};
use grader::{Check, Signal, Target, Verdict, answered, expect_eq};

pub const CHECKS: &[Check] = &[
    Check {
        id: "hello",
        title: "GET /hello is answered with the greeting",
        rule: "the contract of every door",
        hint: "",
        run: |target| greets(&mut start(target)?.connect()?),
    },
    Check {
        id: "echo-by-length",
        title: "content with a length comes back",
        rule: "RFC 9112 s6.2",
        hint: "",
        run: |target| echoes(target, "Content-Length: 6\r\n\r\nabcdef"),
    },
    Check {
        id: "echo-chunked",
        title: "content in chunks comes back",
        rule: "RFC 9112 s7.1",
        hint: "",
        run: |target| {
            echoes(target, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n")
        },
    },
    Check {
        id: "targets-with-any-byte",
        title: "a target with any byte that a browser or curl sends unencoded is served",
        rule: "URL Standard, percent-encode sets; curl sends what it was given",
        hint: "",
        run: any_byte,
    },
    Check {
        id: "silent-client",
        title: "clients that say nothing keep nobody waiting",
        rule: "the idea of every door: one client does not wait for another",
        hint: "",
        run: |target| silent(target, 8),
    },
    Check {
        id: "many-at-once",
        title: "100 clients that have all connected are all answered",
        rule: "POSIX listen(2): who can't be served yet waits in the backlog",
        hint: "",
        run: many,
    },
    Check {
        id: "panic-is-500",
        title: "an application that panics gets its client a 500, and the next client is served",
        rule: "RFC 9110 s15.6.1",
        hint: "",
        run: panic,
    },
    Check {
        id: "sigterm-ends-it",
        title: "SIGTERM ends the server",
        rule: "the contract of every server",
        hint: "",
        run: ends,
    },
];

/// For doors where a silent client costs no thread, or one of many.
pub const MANY_SILENT: &[Check] = &[Check {
    id: "two-hundred-silent-clients",
    title: "200 clients that say nothing keep nobody waiting",
    rule: "the idea of these doors",
    hint: "",
    run: |target| silent(target, 200),
}];

/// For a door whose limit is not the stages'.
pub const LIMIT: &[Check] = &[Check {
    id: "declared-too-long",
    title: "content that is declared too long is refused before any of it is sent",
    rule: "RFC 9110 s15.5.14",
    hint: "",
    run: |target| {
        let server = start(target)?;
        let mut client = server.connect()?;
        client.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8388609\r\n\r\n")?;
        client.response("POST")?.expect_status(&client, 413)
    },
}];

/// For doors that pass content on as it comes.
pub const STREAMING: &[Check] = &[Check {
    id: "echo-as-it-comes",
    title: "a chunk comes back before the next one is sent",
    rule: "http_body: frame by frame",
    hint: "",
    run: as_it_comes,
}];

fn ends(target: &Target) -> Verdict {
    let server = start(target)?;
    greets(&mut server.connect()?)?;
    server.stop(Signal::SIGTERM)?;
    server.wait_exit(10.0).map(drop)
}

fn any_byte(target: &Target) -> Verdict {
    let server = start(target)?;
    for byte in (b'!'..=0xff).filter(|byte| !b"\x7f\"<>#".contains(byte)) {
        for (before, status) in [(&b"/hello?"[..], 200), (b"/nothing/", 404)] {
            let line = [b"GET ", before, &[byte], b" HTTP/1.1\r\n"].concat();
            let fields = b"Host: x\r\nConnection: close\r\n\r\n";
            answered(&server, [&line[..], fields].concat(), status)?;
        }
    }
    Ok(())
}

fn echoes(target: &Target, rest: &str) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{rest}").as_bytes())?;
    let response = client.response("POST")?;
    response.expect_status(&client, 200)?;
    expect_eq(&client, "what was sent comes back", "abcdef", response.content)
}

fn silent(target: &Target, number: usize) -> Verdict {
    let server = start(target)?;
    let silent = (0..number).map(|_| server.connect()).collect::<Result<Vec<_>, _>>()?;
    greets(&mut server.connect()?)?;
    drop(silent);
    Ok(())
}

fn many(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut clients = (0..100).map(|_| server.connect()).collect::<Result<Vec<_>, _>>()?;
    clients.iter_mut().try_for_each(|client| client.send(HELLO.as_bytes()))?;
    clients.iter_mut().try_for_each(greeting)
}

fn panic(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(b"GET /panic HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    client.response("GET")?.expect_status(&client, 500)?;
    greets(&mut server.connect()?)
}

fn as_it_comes(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.send(head.as_bytes())?;
    for chunk in ["3\r\nabc\r\n", "3\r\ndef\r\n"] {
        client.send(chunk.as_bytes())?;
        let mut seen = Vec::new();
        while !seen.ends_with(chunk.as_bytes()) {
            seen.extend_from_slice(&client.read_exact_n(1)?);
        }
    }
    client.send(b"0\r\n\r\n")?;
    client.read_exact_n(5).map(drop)
}
