//! What the server prints: each head as `curl -v` does, and nothing that could hurt a terminal.

use grader::{Check, Server, Signal, Target, Verdict, ask, expect, get, random};

pub const CHECKS: &[Check] = &[
    Check {
        id: "prints-both-heads",
        title: "each request head is printed with < and each response head with >",
        rule: "the contract of every server, stages 2 and 3",
        hint: "Print line by line, `< ` before what came and `> ` before what goes.",
        run: both_heads,
    },
    Check {
        id: "prints-no-control-bytes",
        title: "bytes from a client are escaped before they reach the terminal",
        rule: "the contract of every server; ESC starts a command to the terminal (ECMA-48)",
        hint: "Print client bytes with escape_ascii, refused requests included.",
        run: no_control_bytes,
    },
    Check {
        id: "quiet",
        title: "--quiet prints nothing but the listening line",
        rule: "the contract of every server",
        hint: "Decide once, in main, whether heads are printed.",
        run: quiet,
    },
];

fn both_heads(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    get(&server, &format!("/{path}"))?;
    let starts =
        [format!("< GET /{path} HTTP/1.1"), "< Host: localhost".into(), "> HTTP/1.1 200".into()];
    starts.iter().try_for_each(|start| {
        server.wait_for_line(&format!("the line \"{start}\""), |line| line.starts_with(start))?;
        Ok(())
    })
}

fn no_control_bytes(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    let hostile = [
        format!("GET / HTTP/1.1\r\nHost: x\r\nX-A: {name}\x1B[2J\x07\x7F\r\n\r\n"),
        format!("GET /{name}\x1B[2J HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("{name}\x1B[2J / HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET / {name}\x1B[2J\r\nHost: x\r\n\r\n"),
    ];
    for request in hostile {
        // Whether it is served or refused is not the question here.
        ask(&server, request)?;
    }
    get(&server, "/the-last-one")?;
    server.wait_for_line("the last request's line", |line| line.contains("/the-last-one"))?;
    let clean = |line: &Vec<u8>| line.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\t');
    let printed = [server.stdout_bytes(), server.stderr_bytes()].concat();
    expect(&server, printed.iter().all(clean), "no control byte from a client is printed")
}

fn quiet(target: &Target) -> Verdict {
    let server = target.launch().arg("--quiet").start()?;
    get(&server, "/")?;
    ask(&server, "GET\r\n\r\n")?;
    let lines = all_lines(&server)?;
    expect(
        &server,
        lines.len() == 1,
        format!("nothing but the listening line is printed: {lines:?}"),
    )
}

/// Everything that the server has printed on stdout once it has ended.
fn all_lines(server: &Server) -> Result<Vec<String>, grader::Failure> {
    server.stop(Signal::SIGKILL)?;
    server.wait_exit(8.0)?;
    Ok(server.stdout_lines())
}
