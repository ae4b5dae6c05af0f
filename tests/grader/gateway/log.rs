//! What the server prints: nothing that could hurt a terminal, and nothing at all if so asked.

use super::talk::{get, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::ask;
use crate::patience::STEP_SECONDS;
use crate::random;
use crate::target::Target;
use nix::sys::signal::Signal;

/// The terminal and the log.
pub const CHECKS: &[Check] = &[
    Check {
        id: "log-no-control-bytes",
        title: "bytes from a client are escaped before they reach a terminal or a log",
        rule: "the contract of every server; ESC starts a command to the terminal (ECMA-48)",
        hint: "Print what a client sent with escape_ascii: refused requests too, and never the \
               decoded path.",
        run: no_control_bytes,
    },
    Check {
        id: "log-quiet",
        title: "--quiet prints nothing but the listening line",
        rule: "the contract of every server",
        hint: "Decide once, in main, whether requests are printed.",
        run: quiet,
    },
];

fn no_control_bytes(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    let hostile = [
        get(&format!("/environ/{name}%1B%5B2J%07%0A%7F?%1B")),
        get(&format!("/{name}%1B%5B2J%C2%9B")),
        request("GET", "/hello", &format!("X-A: {name}\x1B[2J\x07\x7F\r\n")),
        request("GET", "/hello", &format!("X-A: {name}\u{9B}2J\r\n")),
        request("GET", &format!("/{name}\x1B[2J"), ""),
        request(&format!("{name}\x1B[2J"), "/hello", ""),
        request("GET", "/hello", &format!("{name}\x1B[2J: x\r\n")),
        request("GET", "/hello", &format!("Transfer-Encoding: {name}\u{9B}2J, chunked\r\n")),
        request("GET", "/hello", "Host: \x1B[2J\r\n"),
    ];
    for request in hostile {
        // Whether it is served or refused is not the question here.
        ask(&server, request)?;
    }
    visit(&server, &format!("/environ/the-last-{name}"), 200)?;
    server.wait_for_line("the last request's line", |line| line.contains("/the-last-"))?;
    let printed = [server.stdout_bytes(), server.stderr_bytes()].concat();
    expect(
        &server,
        printed.iter().all(|line| is_clean(line)),
        "no control byte from a client is printed",
    )
}

/// Without controls, those beyond ASCII included, which start with 0xC2 in UTF-8.
fn is_clean(line: &[u8]) -> bool {
    let is_c1 = |pair: &[u8]| pair[0] == 0xC2 && (0x80..0xA0).contains(&pair[1]);
    let controls = line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
    !controls && !line.windows(2).any(is_c1)
}

fn quiet(target: &Target) -> Verdict {
    let server = target.launch().arg("--quiet").start()?;
    visit(&server, "/hello", 200)?;
    ask(&server, "GET\r\n\r\n")?;
    server.stop(Signal::SIGKILL)?;
    server.wait_exit(STEP_SECONDS)?;
    let lines = server.stdout_lines();
    let only = lines.len() == 1;
    expect(&server, only, format!("nothing but the listening line is printed: {lines:?}"))
}
