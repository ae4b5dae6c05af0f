//! The four examples of stage3-gateway/python: the same is asked of each, then again inside of
//! `wsgiref.validate.validator`, which checks what both sides of WSGI say.

use super::example::{DJANGO, Example, FLASK, PLAIN, PYRAMID};
use super::machine::with_framework;
use super::start::with;
use super::traces::{WORKERS, Watched};
use super::{content, failing, pages};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::Failure;
use crate::server::Server;
use crate::target::Target;
use nix::sys::signal::Signal;

const RULE: &str = "PEP 3333; the examples and their routes in stage3-gateway/python";
const HINT: &str =
    "Start it with --python and the example's name, and ask for the route with curl.";
const VALIDATED: &str = "PEP 3333, as Python's own wsgiref.validate has it";
const COMPLAINT: &str =
    "Read the assertion on standard error, then the rule in wsgiref/validate.py.";

/// Each example, alone and validated.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-django",
        title: "an application made with Django does all that the example does",
        rule: RULE,
        hint: HINT,
        run: |target| alone(target, &DJANGO),
    },
    Check {
        id: "python-django-validated",
        title: "Python's validator has nothing to say about Django on this server",
        rule: VALIDATED,
        hint: COMPLAINT,
        run: |target| validated(target, &DJANGO),
    },
    Check {
        id: "python-flask",
        title: "an application made with Flask does all that the example does",
        rule: RULE,
        hint: HINT,
        run: |target| alone(target, &FLASK),
    },
    Check {
        id: "python-flask-validated",
        title: "Python's validator has nothing to say about Flask on this server",
        rule: VALIDATED,
        hint: COMPLAINT,
        run: |target| validated(target, &FLASK),
    },
    Check {
        id: "python-pyramid",
        title: "an application made with Pyramid does all that the example does",
        rule: RULE,
        hint: HINT,
        run: |target| alone(target, &PYRAMID),
    },
    Check {
        id: "python-pyramid-validated",
        title: "Python's validator has nothing to say about Pyramid on this server",
        rule: VALIDATED,
        hint: COMPLAINT,
        run: |target| validated(target, &PYRAMID),
    },
    Check {
        id: "python-plain",
        title: "an application without a framework does all that the example does",
        rule: RULE,
        hint: HINT,
        run: |target| alone(target, &PLAIN),
    },
    Check {
        id: "python-plain-validated",
        title: "Python's validator has nothing to say about an application without a framework",
        rule: VALIDATED,
        hint: COMPLAINT,
        run: |target| validated(target, &PLAIN),
    },
];

/// What is asked of a server that serves an example.
type Scene = fn(&Server, &Example) -> Verdict;

const SCENES: &[(&str, Scene)] = &[
    ("hello", pages::hello),
    ("a form in UTF-8", pages::form),
    ("a session", pages::session),
    ("50 clients at once", pages::crowd),
    ("a stream", content::stream),
    ("an upload", content::upload),
    ("a file from a form", content::file),
    ("an upload in chunks", content::chunked),
    ("an exception before any output", failing::before),
    ("an exception after some output", failing::after),
];

fn alone(target: &Target, example: &Example) -> Verdict {
    with_framework(target, example.framework, |target| {
        let watched = Watched::start(target, &format!("{}:app", example.module))?;
        play(&watched.server, example)?;
        failing::killed(&watched)
            .map_err(|failure| failure.detail("this was: its workers are killed"))?;
        let processes = watched.processes()?;
        watched.server.stop(Signal::SIGTERM)?;
        watched.server.wait_exit(8.0)?;
        watched.leaves_nothing(&processes)
    })
}

fn validated(target: &Target, example: &Example) -> Verdict {
    with_framework(target, example.framework, |target| {
        let server = with(target, &format!("validated:{}", example.module), WORKERS).start()?;
        play(&server, example)?;
        content::first_piece(&server)?;
        let said = server.stderr_lines();
        let complaint = said.iter().find(|line| COMPLAINTS.iter().any(|word| line.contains(word)));
        let what = format!("the validator has nothing to say; it says {complaint:?}");
        expect(&server, complaint.is_none(), what)
    })
}

/// The validator asserts, and what it sees too late to assert, it says.
const COMPLAINTS: [&str; 3] = ["AssertionError", "WSGIWarning", "garbage collected"];

fn play(server: &Server, example: &Example) -> Verdict {
    SCENES.iter().try_for_each(|(name, scene)| {
        let named = |failure: Failure| failure.detail(format!("this was: {name}"));
        scene(server, example).map_err(named)
    })
}
