//! What PEP 3333 promises an application, on both sides of a process boundary.

use std::fs;

use super::machine::with_python;
use super::start::with;
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::gateway::talk::{get, request, visit};
use crate::server::Server;
use crate::target::Target;

/// The application, which these checks ask.
const CROSSING: &str = "crossing:app";
/// Its file, read when it is asked for: a copy for an exam has no Python.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crossing.py");

/// Strings, files, and what is said for a log.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-strings-are-bytes",
        title: "a string in Python has one character for each byte of path, field and answer",
        rule: "PEP 3333, Unicode Issues: strings are latin-1",
        hint: "Decode with latin-1 on the way in, and encode with it on the way out.",
        run: |target| with_python(target, latin_1),
    },
    Check {
        id: "python-targets-that-clients-send",
        title: "path and query reach Python byte for byte as a browser or curl sends them",
        rule: "URL Standard, percent-encode sets; PEP 3333, Unicode Issues: strings are latin-1",
        hint: "A target need be neither a URI of RFC 3986 nor UTF-8.",
        run: |target| with_python(target, sent_targets),
    },
    Check {
        id: "python-content-in-chunks-is-decoded",
        title: "content in chunks arrives decoded, and no variable says that it ever was in chunks",
        rule: "RFC 9112 s7.1.3: who decodes the coding removes the field; wsgi.input_terminated",
        hint: "An application that finds HTTP_TRANSFER_ENCODING decodes the content once more, as Bottle \
               does, and fails. That its input ends by itself, wsgi.input_terminated says.",
        run: |target| with_python(target, chunks),
    },
    Check {
        id: "python-file-wrapper",
        title: "wsgi.file_wrapper sends a file and closes it",
        rule: "PEP 3333, Optional Platform-Specific File Handling",
        hint: "What it returns has close(): call it as for any other body.",
        run: |target| with_python(target, file_wrapper),
    },
    Check {
        id: "python-errors-reach-the-log",
        title: "wsgi.errors and what an application prints are on the server's standard error",
        rule: "PEP 3333, Input and Error Streams; standard output is the server's own",
        hint: "The worker's descriptors 1 and 2 lead to the master, which passes them on.",
        run: |target| with_python(target, errors),
    },
    Check {
        id: "python-length-of-one-piece",
        title: "a list with one piece gets a Content-Length, a list with two does not",
        rule: "PEP 3333, Handling the Content-Length Header: if len(iterable) is 1",
        hint: "Only lists and tuples are sure to have as many pieces as len() says.",
        run: |target| with_python(target, one_piece),
    },
];

/// What the server of a stage says of itself.
#[must_use]
pub const fn flags<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "python-says-what-runs-beside",
        title: "wsgi.multithread, multiprocess and run_once say what may run at the same time",
        rule: "PEP 3333, environ Variables; a worker has one thread, and stage 3 one request",
        hint: "True only if the same application may be called meanwhile in another process.",
        run: |target| with_python(target, |target| says_what_runs_beside(target, STAGE)),
    }]
}

fn says_what_runs_beside(target: &Target, stage: u8) -> Verdict {
    for workers in [1, 3] {
        let server = with(target, CROSSING, workers).start()?;
        let (client, response) = visit(&server, "/flags", 200)?;
        let multiprocess = if stage > 3 && workers > 1 { "True" } else { "False" };
        let right = format!(
            "wsgi.multithread=False\nwsgi.multiprocess={multiprocess}\nwsgi.run_once=False\n\
             wsgi.version=(1, 0)\n"
        );
        expect_eq(&client, format!("this is so for {workers} workers"), right, &response.content)?;
    }
    Ok(())
}

fn latin_1(target: &Target) -> Verdict {
    let server = with(target, "probe:application", 1).start()?;
    let (client, response) = visit(&server, "/environ/%C3%A9%FF", 200)?;
    let path = b"PATH_INFO=/environ/\xC3\xA9\xFF\n";
    let is_there = response.content.windows(path.len()).any(|window| window == path);
    expect(&client, is_there, "PATH_INFO holds the bytes that %C3%A9%FF stand for")?;
    drop((client, server));
    let server = with(target, CROSSING, 1).start()?;
    let head = request("GET", "/latin-1", "X-A: caf#\r\n").into_bytes();
    let head: Vec<u8> =
        head.into_iter().map(|byte| if byte == b'#' { 0xE9 } else { byte }).collect();
    let (client, response) = ask(&server, head)?;
    expect_eq(&client, "a byte is a character", "4 characters\n", &response.content)?;
    let fields = response.fields_named("X-B");
    expect_eq(&client, "the field comes back", b"caf\xE9", fields.concat())
}

fn sent_targets(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    for sent in [&b"{%7B}|^`\\100%"[..], b"%zz%4", b"caf\xE9", b"caf\xC3\xA9", b"\x80\x85\xA0\xFF"]
    {
        let line = [b"GET /target/", sent, b"?", sent, b" HTTP/1.1\r\n"].concat();
        let request = [&line[..], b"Host: localhost\r\nConnection: close\r\n\r\n"].concat();
        let (client, response) = ask(&server, request)?;
        response.expect_status(&client, 200)?;
        let path = sent.escape_ascii().to_string().contains("%7B");
        let decoded = if path { &b"{{}|^`\\100%"[..] } else { sent };
        let right = [b"/target/", decoded, b"\n", sent, b"\n"].concat();
        expect_eq(&client, "this is what came", right, &response.content)?;
    }
    let (client, response) = ask(&server, request("OPTIONS", "*", ""))?;
    expect_eq(&client, "PATH_INFO is empty for the server as a whole", "\n\n", &response.content)
}

fn chunks(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    let head = request("POST", "/chunks", "Transfer-Encoding: Chunked\r\n");
    let (client, response) = ask(&server, head + "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n")?;
    expect_eq(&client, "this is what came", "(None, True, b'hello')\n", &response.content)
}

fn file_wrapper(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    let source = fs::read_to_string(SOURCE).unwrap_or_default();
    said(&server, "/file", &source)?;
    said(&server, "/file-is-closed", "True\n")
}

fn said(server: &Server, path: &str, content: &str) -> Verdict {
    let (client, response) = visit(server, path, 200)?;
    expect_eq(&client, format!("this is what {path} says"), content, &response.content)
}

fn errors(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    ask(&server, get("/says-something"))?;
    let ways = ["said on wsgi.errors", "said on standard output", "said on standard error"];
    ways.iter().try_for_each(|way| {
        let is_there = || server.stderr_lines().iter().any(|line| line == way).then_some(());
        server.wait_until(&format!("what is {way} to be on the server's"), is_there)
    })
}

fn one_piece(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    let (client, response) = visit(&server, "/hello", 200)?;
    response.expect_field(&client, "Content-Length", &response.content.len().to_string())?;
    drop(client);
    let (client, response) = visit(&server, "/two-pieces", 200)?;
    expect_eq(&client, "both pieces come", "one\ntwo\n", &response.content)?;
    expect(&client, response.field("Content-Length").is_none(), "there is no Content-Length")
}
