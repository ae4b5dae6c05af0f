//! The access log: one line a request, which no client can forge and no reader can stop.

use grader::{Check, Server, Signal, Target, Verdict, expect, expect_eq, random};

use crate::asking::{asks, get, greets, serves};

pub const CHECKS: &[Check] = &[
    Check {
        id: "access-log-line",
        title: "each request of a connection gets a line in the Common Log Format",
        rule: "the contract of every server, stages 4 and 5",
        hint: "host - - [day/Mon/year:hour:minute:second +0000] \"request line\" status bytes",
        run: access_line,
    },
    Check {
        id: "access-log-of-refusals",
        title: "a request that is refused gets its line too",
        rule: "the contract of every server: one line a request",
        hint: "Log what was received up to the first line's end, and the status of the refusal.",
        run: refusals,
    },
    Check {
        id: "access-log-is-escaped",
        title: "bytes from a client are escaped before they reach the log",
        rule: "the contract of every server; a line end inside a line would forge another one",
        hint: "Write client bytes with escape_ascii, the quote included.",
        run: escaped,
    },
    Check {
        id: "quiet",
        title: "--quiet prints nothing but the listening line",
        rule: "the contract of every server",
        hint: "Decide once, in main, whether there is a log.",
        run: quiet,
    },
];

/// The line that has this in it, once it is there.
fn line(server: &Server, part: &str) -> Result<String, grader::Failure> {
    server.wait_for_line(&format!("a line with {part}"), |line| line.contains(part))
}

fn access_line(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let name = random::name();
    greets(&mut client)?;
    asks(&mut client, &get(&format!("/big?n=1234&{name}"), ""), 200)?;
    let (first, second) = (line(&server, "/hello")?, line(&server, &name)?);
    is_common_log(&server, &first, "\"GET /hello HTTP/1.1\" 200 23")?;
    is_common_log(&server, &second, &format!("\"GET /big?n=1234&{name} HTTP/1.1\" 200 1234"))
}

/// `127.0.0.1 - - [22/Nov/2026:15:28:06 +0000] "GET / HTTP/1.1" 200 5`
fn is_common_log(server: &Server, line: &str, rest: &str) -> Verdict {
    let inside = line.strip_prefix("127.0.0.1 - - [").and_then(|line| line.split_once("] "));
    let Some((when, what)) = inside else {
        return grader::fail(server, format!("the line starts with host - - [time]: {line}"));
    };
    expect_eq(server, "the line ends with request line, status and bytes", rest, what)?;
    let shape: String = when.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let shape = shape.replace(|c: char| c.is_ascii_alphabetic(), "A").replace("-9999", "+9999");
    expect_eq(server, "the time has this form", "99/AAA/9999:99:99:99 +9999", shape)
}

fn refusals(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    asks(&mut server.connect()?, &format!("GET /{name} HTTP/1.1\r\n\r\n"), 400)?;
    let line = line(&server, &name)?;
    let logged = line.contains(&format!("\"GET /{name} HTTP/1.1\" 400 "));
    expect(&server, logged, format!("the line has request line and status: {line}"))
}

fn escaped(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    let hostile = [
        format!("GET /{name}\x1B[2J HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("{name}\x07 / HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET / HTTP/1.1\" 200 1\n127.0.0.1 - - [{name}]\r\n\r\n"),
        format!("GET /\" {name} HTTP/1.1\r\nHost: x\r\n\r\n"),
    ];
    for request in hostile {
        asks(&mut server.connect()?, &request, 400)?;
    }
    asks(&mut server.connect()?, &get("/the-last-one", ""), 404)?;
    line(&server, "/the-last-one")?;
    let clean = |line: &Vec<u8>| line.iter().all(|byte| !byte.is_ascii_control());
    let printed = [server.stdout_bytes(), server.stderr_bytes()].concat();
    expect(&server, printed.iter().all(clean), "no control byte from a client is printed")?;
    let forged = |line: &String| line.starts_with(&format!("127.0.0.1 - - [{name}]"));
    let lines = server.stdout_lines();
    expect(&server, !lines.iter().any(forged), "no line is made by a client")
}

fn quiet(target: &Target) -> Verdict {
    let server = target.launch().arg("--quiet").start()?;
    serves(&server)?;
    asks(&mut server.connect()?, "GET\r\n\r\n", 400)?;
    server.stop(Signal::SIGTERM)?;
    server.wait_exit(8.0)?;
    let lines = server.stdout_lines();
    expect(&server, lines.len() == 1, format!("only the listening line is printed: {lines:?}"))
}
