//! The application `unruly`, which yields for ever, or nothing for ever, blocks for ever, takes memory
//! without end, panics where nobody expects it, and has content for a 205.

use super::{Calm, in_shell};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::failure::Failure;
use crate::gateway::talk::get;
use crate::launch::Launch;
use crate::process;
use crate::server::Server;
use crate::target::Target;

/// Enough to know that it goes on.
const MUCH: usize = 1 << 20;

/// What `sh` says for "so much address space, in KiB": a few times what a server begins with.
pub const ADDRESS_SPACE: &str = "ulimit -v 2000000; exec \"$0\" \"$@\"";

/// What is the same for one client at a time, and for many.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 4] {
    [
        Check {
            id: "faults-endless-answer",
            title: "an answer without end goes on while the client reads, and ends with it",
            rule: "PEP 3333, Specification Details: close() is called when the client has gone, too",
            hint: "A send that fails ends the answer: drop the body, and serve the next client.",
            run: endless::<STAGE>,
        },
        Check {
            id: "faults-panic-in-drop",
            title: "a body that panics when it is dropped has been answered for, and is reported",
            rule: "PEP 3333: close(); book/src/stage3-gateway/hardening.md: a panic ends one request",
            hint: "Drop the body inside of std::panic::catch_unwind.",
            run: panic_in_drop::<STAGE>,
        },
        Check {
            id: "faults-content-in-205",
            title: "what an application yields for a 205 is not sent, and a length of 0 says so",
            rule: "RFC 9110 s15.3.6: no content in a 205; RFC 9112 s6.3: it is framed like any other",
            hint: "Send Content-Length: 0, whatever the application has declared, and no piece.",
            run: content_in_205::<STAGE>,
        },
        Check {
            id: "faults-quoted-client",
            title: "a client that is quoted in an application's error or panic gives the terminal no orders",
            rule: "SECURITY.md: bytes of a client that reach a terminal unescaped; ECMA-48",
            hint: "Print an application's words as one line, with its controls escaped.",
            run: quotes::<STAGE>,
        },
    ]
}

/// A server with that application.
///
/// # Errors
///
/// It does not start.
pub fn start<const STAGE: u8>(target: &Target) -> Result<Calm<STAGE>, Failure> {
    Calm::launch(unruly(target))
}

fn unruly(target: &Target) -> Launch {
    target.launch().arg("unruly")
}

fn endless<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = start::<STAGE>(target)?;
    let mut client = calm.server.connect()?;
    client.send(get("/endless").as_bytes())?;
    client.read_exact_n(MUCH)?;
    drop(client);
    calm.serves()?;
    calm.server.wait_until("no thread to be at work any more", || {
        process::is_at_rest(calm.server.pid()).then_some(())
    })?;
    calm.said_nothing()?;
    calm.is_as_before()
}

fn panic_in_drop<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = start::<STAGE>(target)?;
    let (client, answer) = ask(&calm.server, get("/panic-in-drop"))?;
    expect_eq(&client, "the answer is whole", "answered\n", &answer.content)?;
    drop(client);
    calm.server.wait_for_line("a line that says that the application panicked", |line| {
        line.contains("the application panicked")
    })?;
    calm.is_as_before()
}

/// A terminal would clear its screen, believe in another line, or show the end of this one backwards.
const ORDERS: &str =
    "%1B%5B2J%0D%0A127.0.0.1%20-%20-%7F%00%C2%9B2J%C2%85%E2%80%A8%E2%80%AE%E2%81%A6";

fn quotes<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = start::<STAGE>(target)?;
    let server = &calm.server;
    for way in ["raise", "panic"] {
        drop(ask(server, get(&format!("/{way}/%C3%BCber-{way}{ORDERS}end")))?);
        let line = server.wait_for_line("a line with what the client asked for", |line| {
            line.contains(&format!("no page /{way}/"))
        })?;
        let is_readable = line.contains(&format!("über-{way}\\x1b[2J\\r\\n127.0.0.1"));
        expect(server, is_readable && line.ends_with("end"), format!("it is one line: {line}"))?;
    }
    drop(ask(server, get("/errors/its-own-words"))?);
    server.wait_for_line("wsgi.errors", |line| line == "no page /errors/its-own-words")?;
    server.wait_for_line("wsgi.errors, without a line end", |line| line == "that was all")?;
    let printed = [server.stdout_bytes(), server.stderr_bytes()].concat();
    for line in printed {
        let is_order = |c: char| c.is_control() || ('\u{2028}'..='\u{202E}').contains(&c);
        let text = String::from_utf8_lossy(&line);
        let is_clean = !text.contains(is_order) && !text.contains('\u{2066}');
        expect(server, is_clean, format!("no order to the terminal is printed: {text:?}"))?;
    }
    expect(server, server.alive(), "the server still runs")
}

fn content_in_205<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = start::<STAGE>(target)?;
    let (mut client, answer) = ask(&calm.server, get("/reset"))?;
    answer.expect_status(&client, 205)?;
    answer.expect_field(&client, "Content-Length", "0")?;
    expect_eq(&client, "there is no content", "", &answer.content)?;
    client.sees_end()?;
    drop(client);
    calm.is_as_before()
}

/// A server with that application and little address space, and a client that makes it take all.
///
/// # Errors
///
/// It does not start, or does not say what happened.
pub fn runs_out_of_memory<const STAGE: u8>(target: &Target) -> Result<Calm<STAGE>, Failure> {
    let target = in_shell(target, ADDRESS_SPACE);
    let calm = start::<STAGE>(&target)?;
    calm.serves()?;
    let mut client = calm.server.connect()?;
    client.send(get("/allocate").as_bytes())?;
    client.ending()?;
    let what = "a line that says how much memory could not be had";
    calm.server.wait_for_line(what, |line| line.contains("memory allocation of"))?;
    Ok(calm)
}

/// Where all requests share one process, the end of memory is the end of all of them. Rust ends a
/// program that can't have the memory it asks for; there is no panic to catch.
///
/// # Errors
///
/// It lives on, or ends in another way.
pub fn ends_with_its_memory<const STAGE: u8>(target: &Target) -> Verdict {
    use std::os::unix::process::ExitStatusExt;
    let calm = runs_out_of_memory::<STAGE>(target)?;
    let status = calm.server.wait_exit(8.0)?;
    let is_aborted = status.signal() == Some(nix::sys::signal::Signal::SIGABRT as i32);
    expect(&calm.server, is_aborted, format!("the server was ended by SIGABRT, not: {status}"))
}

/// Clients whose requests never end, blocked or with nothing to say, and others who are served all the
/// same. Then the server is told to stop, and does, in time.
///
/// # Errors
///
/// Somebody else waits, or the server does not stop.
pub fn blocks<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::launch(unruly(target).env("STOP_TIMEOUT", "0.3"))?;
    let paths = ["/block", "/block", "/block", "/nothing", "/nothing"];
    let blocked: Result<Vec<_>, Failure> =
        paths.into_iter().map(|path| blocked(&calm.server, path)).collect();
    let blocked = blocked?;
    for _ in 0..5 {
        calm.serves()?;
    }
    let is_quiet = blocked.iter().all(crate::client::Client::is_quiet);
    expect(&calm.server, is_quiet, "those whose requests block are waiting")?;
    calm.server.stop(nix::sys::signal::Signal::SIGTERM)?;
    let status = calm.server.wait_exit(8.0)?;
    expect(&calm.server, status.success(), "the server ends with status 0")?;
    let said = calm.server.stderr_lines().join("\n");
    expect(&calm.server, said.contains("5 connections"), "it says how many it has cut off")
}

fn blocked(server: &Server, path: &str) -> Result<crate::client::Client, Failure> {
    let mut client = server.connect()?;
    client.send(get(path).as_bytes())?;
    Ok(client)
}
