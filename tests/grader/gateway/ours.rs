//! The applications that the servers of this repository have by name, and the words of their demo.

use super::cut::Cut;
use super::talk::{get, next_is_served, post, visit};
use crate::check::{Check, Verdict};
use crate::contract::usage::refused;
use crate::evidence::{expect, expect_eq};
use crate::exchange::{answered, ask};
use crate::server::Server;
use crate::target::Target;

/// The command line and the demo, alone and inside of middleware.
pub const CHECKS: &[Check] = &[
    Check {
        id: "applications-are-listed",
        title: "--list names the applications, one a line, and ends with status 0",
        rule: "the contract of every server from stage 3 on",
        hint: "Print the table that --list and the choice by name share.",
        run: listed,
    },
    Check {
        id: "applications-unknown",
        title: "an unknown application ends the server with status 2 and one line that helps",
        rule: "the contract of every server from stage 3 on",
        hint: "Look the name up before the server listens.",
        run: unknown,
    },
    Check {
        id: "applications-demo-in-its-own-words",
        title: "reasons, pieces sent through write, and fields replaced in time arrive as they are",
        rule: "PEP 3333, The start_response() Callable, The write() Callable",
        hint: "The reason belongs to the status; what the body yields comes after what was written.",
        run: words,
    },
    Check {
        id: "applications-panic",
        title: "an application that panics is answered for with 500, and the server lives on",
        rule: "book/src/stage3-gateway/hardening.md: a panic ends one request, not the server",
        hint: "The application panics on purpose, in its call (/panic) and later in its body \
               (/panic-late). Put std::panic::catch_unwind(AssertUnwindSafe(|| …)) around both, the \
               call and each piece, and take its Err for an error of the application: a 500 while \
               the head is not out, and else an early end.",
        run: panics,
    },
    Check {
        id: "settings-at-their-limits",
        title: "the smallest and the largest time and size are served with, and others are wrong usage",
        rule: "the contract of every server: times of up to a day, sizes of 64 bits, exit status 2",
        hint: "Duration::from_secs_f64 panics for a number that no Duration holds: look at it before.",
        run: settings,
    },
    Check {
        id: "middleware-shout",
        title: "middleware changes what the body yields and what is sent through write",
        rule: "PEP 3333, Middleware: Components that Play Both Sides",
        hint: "Content has two ways out. Text only: capitals would break a page.",
        run: |target| {
            let command = "start it with the argument shout; curl http://127.0.0.1:8888/hello";
            shout(target).map_err(|failure| failure.by_hand(command))
        },
    },
];

fn listed(target: &Target) -> Verdict {
    let finished = target.launch().arg("--list").run()?;
    expect(&finished, finished.status.success(), "the server ends with status 0")?;
    let lines = finished.stdout_lines();
    for name in ["demo", "hello", "shout", "validated"] {
        let is_there = lines.iter().any(|line| line.split(' ').next() == Some(name));
        expect(&finished, is_there, format!("a line of the list begins with {name}"))?;
    }
    Ok(())
}

fn unknown(target: &Target) -> Verdict {
    let finished = target.launch().arg("no-such-application").run()?;
    expect(&finished, finished.status.code() == Some(2), "the server ends with status 2")?;
    let lines = finished.stderr_lines();
    let [line] = &lines[..] else {
        return expect(&finished, false, format!("there is one line on stderr: {lines:?}"));
    };
    let helps = line.contains("no-such-application") && line.contains("--list");
    expect(&finished, helps, "the line names the application, and --list")
}

fn words(target: &Target) -> Verdict {
    let server = target.start()?;
    let (client, response) = visit(&server, "/status/299", 299)?;
    expect_eq(&client, "this is the reason", "As You Wish", &response.reason)?;
    drop(client);
    said(&server, "/write", 200, "written twice and returned\n")?;
    said(&server, "/exc", 500, "this replaced 200 OK\n")?;
    let (client, response) = visit(&server, "/exc", 500)?;
    response.expect_field(&client, "X-Answer", "second")?;
    drop(client);
    let (client, half) = ask(&server, post("/half-read", b"abcdef"))?;
    expect_eq(&client, "this is the content", "read 3 of 6 bytes\n", &half.content)
}

fn said(server: &Server, path: &str, status: u16, content: &str) -> Verdict {
    let (client, response) = visit(server, path, status)?;
    expect_eq(&client, format!("this is what {path} says"), content, &response.content)
}

fn panics(target: &Target) -> Verdict {
    let server = target.start()?;
    answered(&server, get("/panic"), 500)?;
    next_is_served(&server)?;
    // Rust says "panicked at"; other languages have words of their own.
    server.wait_until("the panic's message on standard error", || {
        server.stderr_lines().iter().any(|line| !line.is_empty()).then_some(())
    })?;
    let cut = Cut::of(&server, "/panic-late")?;
    cut.expect_only_a_200()?;
    expect(&cut.client, cut.rest.len() == 5, "5 bytes of content come, and then the end")?;
    drop(cut);
    next_is_served(&server)?;
    expect(&server, server.alive(), "the server still runs")
}

fn settings(target: &Target) -> Verdict {
    for (name, right) in [
        ("HEAD_TIMEOUT", &["86400", "0.001", "1e4"][..]),
        ("IDLE_TIMEOUT", &["86400", "1e-300", "0.0000000001"]),
        ("CONTENT_LIMIT", &["0", "4294967296", "18446744073709551615"]),
    ] {
        for value in right {
            let server = target.launch().env(name, value).start()?;
            // A head that has a millisecond may be late.
            if *value != "0.001" {
                next_is_served(&server)?;
            }
            expect(&server, server.alive(), format!("{name}={value}: the server runs"))?;
        }
    }
    for (name, wrong) in [
        ("HEAD_TIMEOUT", &["0", "-1", "86401", "1e300", "inf", "nan", "ten"][..]),
        ("IDLE_TIMEOUT", &["0", "-1e-9", "18446744073709551616", "infinity", "NaN", "1 s"]),
        ("CONTENT_LIMIT", &["-1", "18446744073709551616", "1e6", "8M"]),
    ] {
        for value in wrong {
            refused(&target.launch().env(name, value), name)
                .map_err(|failure| failure.detail(format!("{name} is {value}")))?;
        }
    }
    Ok(())
}

fn shout(target: &Target) -> Verdict {
    let server = target.launch().arg("shout").start()?;
    said(&server, "/hello", 200, "HELLO WORLD FROM RUST!\n")?;
    said(&server, "/write", 200, "WRITTEN TWICE AND RETURNED\n")?;
    said(&server, "/stream", 200, "PART1\nPART2\nPART3\n")?;
    let (client, page) = visit(&server, "/form", 200)?;
    expect(&client, page.text().contains("<form"), "a page stays as it is")?;
    drop(client);
    // The second piece is made for a minute: middleware must not wait for it either.
    let mut client = server.connect()?;
    client.send(get("/stream?ms=60000").as_bytes())?;
    client.read_until("PART1").map(drop)
}
