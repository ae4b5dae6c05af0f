//! What a newcomer types, and the one message that helps. Wrong usage ends with status 2, what
//! can't be done with 1.

use super::machine::with_python;
use super::start::{path, with};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::Failure;
use crate::gateway::talk::visit;
use crate::target::Target;

const RULE: &str =
    "the contract of every server: one message that says what is wrong and what to do";
const HINT: &str = "See gateway_load.py, which finds the application.";

/// One for each mistake.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-missing",
        title: "without a python3 in PATH the server says so",
        rule: RULE,
        hint: "Tell a program that is not there from one that can't be started.",
        run: no_python,
    },
    Check {
        id: "python-wrong-usage",
        title: "what names no application ends the server with status 2 and words that help",
        rule: RULE,
        hint: HINT,
        run: |target| with_python(target, |target| told(target, 2, USAGE)),
    },
    Check {
        id: "python-wrong-module",
        title: "a module that can't be imported ends the server with status 1 and words that help",
        rule: RULE,
        hint: HINT,
        run: |target| with_python(target, |target| told(target, 1, FAILURES)),
    },
    Check {
        id: "python-only-own-lines",
        title: "the traceback of an import that fails shows the lines of its author alone",
        rule: "a traceback is for whoever wrote the module; our calls and importlib's are noise",
        hint: "Leave out the frames that come before the first of the module's own.",
        run: |target| with_python(target, own_lines),
    },
    Check {
        id: "python-factory",
        title: "MODULE:CALLABLE() calls it once and serves what it returns",
        rule: "--help; gunicorn and Flask have it, too",
        hint: "Strip the parentheses, look the name up, call it.",
        run: |target| with_python(target, factory),
    },
    Check {
        id: "python-wrong-arguments",
        title: "an application besides --python, or no workers, is wrong usage",
        rule: RULE,
        hint: "Look at the arguments before anything is started.",
        run: arguments,
    },
];

/// What is named, and what the message must say.
type Case = (&'static str, &'static [&'static str]);

const USAGE: &[Case] = &[
    (
        "no_such_module:app",
        &["no module 'no_such_module'", "\n    /", "tests/python", "PYTHONPATH=FOLDER …"],
    ),
    ("no_such.module:app", &["no module 'no_such'"]),
    ("crossing:nothing", &["crossing has no 'nothing'", "it has app"]),
    ("crossing:number", &["crossing:number", "an int", "environ and start_response"]),
    ("crossing:factory", &["crossing:factory", "--python 'crossing:factory()'"]),
    ("flaskapp.py:app", &["names a file", "--python flaskapp:app"]),
    ("sites/shop.py", &["names a file", "the module: --python sites.shop:app"]),
    ("./my-sites/shop.py:make", &["names a file", "PYTHONPATH=my-sites … --python shop:make"]),
    ("factory:app", &["factory has no 'app'; it has create_app(), which may make one"]),
    ("flaskapp", &["'flaskapp' is not MODULE:CALLABLE"]),
    ("flaskapp:", &["'flaskapp:' is not MODULE:CALLABLE"]),
    (":app", &["':app' is not MODULE:CALLABLE"]),
    ("", &["'' is not MODULE:CALLABLE"]),
];

const FAILURES: &[Case] = &[
    ("raises:app", &["importing raises failed", "LookupError: there is no such setting"]),
    (
        "needs:app",
        &["needs 'a_framework_that_nobody_has'", "(Python 3.", "activate", "spelt right"],
    ),
    ("exits:app", &["importing exits failed", "SystemExit: 1; does it call app.run()?"]),
    (
        "factory:refuses()",
        &["factory:refuses() failed", "SystemExit", "status 1", "DATABASE_URL is not set"],
    ),
    ("hard_exit:app", &["ended before it had imported the application (exit status: 3)"]),
    ("no_text:app", &["importing no_text failed", r"OSError: caf\udce9"]),
];

fn told(target: &Target, status: i32, cases: &[Case]) -> Verdict {
    cases.iter().try_for_each(|(named, words)| {
        let finished = with(target, named, 1).launch().run()?;
        let by_hand = |failure: Failure| failure.by_hand(format!("the-server --python '{named}'"));
        let ended = finished.status.code() == Some(status);
        expect(&finished, ended, format!("it ends with status {status}")).map_err(by_hand)?;
        let said = finished.stderr_lines().join("\n");
        words.iter().try_for_each(|words| {
            expect(&finished, said.contains(words), format!("it says {words:?}")).map_err(by_hand)
        })?;
        let silent = !said.contains("gateway_") && !said.contains("panicked");
        expect(&finished, silent, "it says nothing of its own files").map_err(by_hand)
    })
}

fn own_lines(target: &Target) -> Verdict {
    let finished = with(target, "raises:app", 1).launch().run()?;
    let said = finished.stderr_lines();
    let files: Vec<&String> = said.iter().filter(|line| line.starts_with("  File ")).collect();
    let own = files.len() == 2 && files.iter().all(|line| line.contains("raises.py"));
    expect(&finished, own, format!("the traceback has the two lines of raises.py: {files:?}"))?;
    let once = said.iter().filter(|line| line.starts_with("Traceback")).count() == 1;
    expect(&finished, once, "there is one traceback")
}

fn factory(target: &Target) -> Verdict {
    let server = with(target, "crossing:factory()", 1).start()?;
    visit(&server, "/hello", 200).map(drop)
}

/// A PATH without anything: the server is started by its path.
fn no_python(target: &Target) -> Verdict {
    let finished =
        target.launch().arg("--python").arg("plain:app").env("PATH", "/nowhere").run()?;
    expect(&finished, finished.status.code() == Some(1), "it ends with status 1")?;
    let said = finished.stderr_lines();
    let helps = said.len() == 1 && said[0].contains("no python3 in PATH");
    expect(&finished, helps, format!("one line says that there is no python3 in PATH: {said:?}"))
}

fn arguments(target: &Target) -> Verdict {
    let cases: &[(&[&str], &str)] = &[
        (&["demo", "--python", "plain:app"], "not both"),
        (&["--python", "plain:app", "demo"], "not both"),
        (&["--python", "plain:app", "--python-workers", "0"], "from 1 to"),
        (&["--python", "plain:app", "--python-workers", "many"], "from 1 to"),
        (&["--python", "plain:app", "--python-workers", "100000"], "from 1 to"),
        (&["--python"], "--python"),
    ];
    cases.iter().try_for_each(|(arguments, words)| {
        let launch = target.launch().env("PYTHONPATH", path());
        let launch = arguments.iter().fold(launch, |launch, argument| launch.arg(argument));
        let finished = launch.run()?;
        let said = finished.stderr_lines();
        let right = finished.status.code() == Some(2) && said.len() == 1 && said[0].contains(words);
        expect(&finished, right, format!("{arguments:?}: status 2 and one line with {words:?}"))
    })
}
