//! The access log, and which application is served.

use grader::{Check, Target, Verdict, answered, expect, expect_eq, get, random};

use crate::family::connect;

pub const CHECKS: &[Check] = &[
    Check {
        id: "access-log",
        title: "each request is a line in the Common Log Format, with the child's pid at its end",
        rule: "the contract of every server, stages 4 and 5",
        hint: "IP - - [22/Nov/2026:15:28:06 +0000] \"GET / HTTP/1.1\" 200 23 PID, in one write.",
        run: access_log,
    },
    Check {
        id: "access-log-of-a-refusal",
        title: "a refused request is a line of the log too, and can't end its own quotes",
        rule: "the contract of every server; Common Log Format: the request line stands in quotes",
        hint: "Print what came with escape_ascii, which puts a backslash before a quote.",
        run: refused,
    },
    Check {
        id: "application-by-name",
        title: "the application that the command line names is served",
        rule: "the contract of every server, from stage 3 on",
        hint: "The one argument that is no option is the application's name.",
        run: by_name,
    },
];

fn access_log(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    let (mut client, child) = connect(&server)?;
    client.send(format!("GET /hello?{path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
    let response = client.response("GET")?;
    let line = server.wait_for_line("the request's line", |line| line.contains(&path))?;
    let (start, rest) = line.split_once('[').unwrap_or_default();
    let (when, rest) = rest.split_once("] ").unwrap_or_default();
    expect_eq(&server, "it starts with the client's address", "127.0.0.1 - - ", start)?;
    expect(&server, is_time(when), format!("{when:?} is like 22/Nov/2026:15:28:06 +0000"))?;
    let length = response.content.len();
    let expected = format!("\"GET /hello?{path} HTTP/1.1\" 200 {length} {child}");
    expect_eq(&server, "request line, status, length, pid", expected, rest)
}

/// Digits where digits belong, and everything else as it is written.
fn is_time(when: &str) -> bool {
    let shape: String = when.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let month = when.get(3..6).unwrap_or_default();
    let known = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(' ').any(|m| m == month);
    known && shape == format!("00/{month}/0000:00:00:00 +0000")
}

fn refused(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    answered(&server, format!("GET /{name}\" HTTP/1.1\r\nHost: x\r\n\r\n"), 400)?;
    let line = server.wait_for_line("the request's line", |line| line.contains(&name))?;
    let quoted = line.contains(&format!("\"GET /{name}\\\" HTTP/1.1\" 400 "));
    expect(&server, quoted, format!("a backslash stands before the client's quote: {line}"))
}

fn by_name(target: &Target) -> Verdict {
    let server = target.launch().arg("hello").start()?;
    let (client, response) = get(&server, "/environ")?;
    response.expect_status(&client, 200)?;
    expect_eq(&client, "it is hello that answers", "Hello world from Rust!\n", response.content)
}
