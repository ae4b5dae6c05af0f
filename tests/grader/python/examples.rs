//! The four examples of stage3-gateway/python: the same is asked of each, then again inside of
//! `wsgiref.validate.validator`, which checks what both sides of WSGI say.

use super::machine::with_framework;
use super::start::{Temporary, are_gone, master, with, workers};
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
        run: |target| validated(target, &Example { takes_chunks: false, ..FLASK }),
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

/// An example, and what is special about it.
pub(super) struct Example {
    module: &'static str,
    /// What has to be installed; empty if nothing.
    framework: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// Whether it takes files that come from a form.
    pub takes_files: bool,
    /// Django looks at Content-Length and at nothing else: content in chunks is none for it. For Flask
    /// inside of the validator, see tests/python/validated.py.
    pub takes_chunks: bool,
}

const PLAIN: Example = Example {
    module: "plain",
    framework: "",
    name: "Python",
    takes_files: false,
    takes_chunks: true,
};
const FLASK: Example = Example {
    module: "flaskapp",
    framework: "flask",
    name: "Flask",
    takes_files: true,
    takes_chunks: true,
};
const PYRAMID: Example = Example {
    module: "pyramidapp",
    framework: "pyramid",
    name: "Pyramid",
    takes_files: true,
    takes_chunks: true,
};
const DJANGO: Example = Example {
    module: "djangoapp",
    framework: "django",
    name: "Django",
    takes_files: true,
    takes_chunks: false,
};

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
        let temporary = Temporary::make()?;
        let target = with(&temporary.of(target), &format!("{}:app", example.module), WORKERS);
        let server = target.start()?;
        let master = master(&server)?;
        play(&server, example)?;
        failing::killed(&server, master, WORKERS)
            .map_err(|failure| failure.detail("this was: its workers are killed"))?;
        let pids = [workers(&server, master, WORKERS, &[])?, vec![master]].concat();
        server.stop(Signal::SIGTERM)?;
        server.wait_exit(8.0)?;
        are_gone(&server, &pids)?;
        temporary.is_empty(&server)
    })
}

const WORKERS: usize = 2;

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
