//! The application `validated`: the demo inside the middleware that checks both sides.

use super::talk::{get, post, request};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::answered;
use crate::faults::told;
use crate::target::Target;

/// What the validator says, and where it is silent.
pub const CHECKS: &[Check] = &[
    Check {
        id: "validator-lets-the-right-pass",
        title: "the validator finds no fault in what the demo application does right",
        rule: "PEP 3333; the server keeps its side too, or the validator would say so",
        hint: "Read the line on standard error: it says which side broke which rule.",
        run: right_passes,
    },
    Check {
        id: "validator-catches-the-wrong",
        title: "the validator catches what the demo application does wrong",
        rule: "PEP 3333",
        hint: "Read in gateway/validator which rule stands for the route.",
        run: wrong_is_caught,
    },
    Check {
        id: "environ-of-the-whole-server",
        title: "PATH_INFO is empty for OPTIONS *, which asks about the server as a whole",
        rule: "PEP 3333, environ Variables: PATH_INFO is empty or begins with a slash",
        hint: "The validator answers 500 to a server that gives anything else. Of all targets only the \
               asterisk has no path.",
        run: whole_server,
    },
];

const RIGHT: &[(&str, u16)] = &[
    ("/", 200),
    ("/hello", 200),
    ("/environ?q", 200),
    ("/form", 200),
    ("/big?n=100000", 200),
    ("/stream", 200),
    ("/slow", 200),
    ("/status/204", 204),
    ("/status/304", 304),
    ("/status/418", 418),
    ("/write", 200),
    ("/exc", 500),
    ("/half-read", 200),
    ("/closed", 200),
    ("/nothing-here", 404),
];

fn right_passes(target: &Target) -> Verdict {
    let server = target.launch().arg("validated").start()?;
    for (path, status) in RIGHT {
        answered(&server, get(path), *status)?;
        answered(&server, request("HEAD", path, ""), *status)?;
    }
    answered(&server, post("/echo", b"content"), 200)?;
    answered(&server, post("/form", b"name=Ada"), 200)?;
    let complaints = told(&server);
    expect(&server, complaints.is_empty(), "nothing is said on standard error")
}

fn whole_server(target: &Target) -> Verdict {
    let server = target.launch().arg("validated").start()?;
    answered(&server, request("OPTIONS", "*", ""), 404)?;
    answered(&server, request("OPTIONS", "/environ", ""), 200)
}

fn wrong_is_caught(target: &Target) -> Verdict {
    let server = target.launch().arg("validated").start()?;
    // Without the validator, /cl-long is cut and counts as answered.
    for path in ["/cl-long", "/never", "/twice", "/inject"] {
        let before = server.stderr_lines().len();
        answered(&server, get(path), 500)?;
        let what = format!("a line on standard error about {path}");
        server.wait_until(&what, || (server.stderr_lines().len() > before).then_some(()))?;
    }
    Ok(())
}
