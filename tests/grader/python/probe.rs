//! The checks that judge the demo judge the same server when Python runs the application: the probe
//! of tests/python has the same routes.

use super::machine::with_python;
use super::start::with;
use crate::check::{Check, Verdict};
use crate::gateway;
use crate::target::Target;

const RULE: &str = "PEP 3333, whichever language the application is written in";
const HINT: &str = "Start it with PYTHONPATH=tests/python and --python probe:application.";

/// One for each list of [`gateway::CHECKS`], and for the bodies that are counted.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-probe-environ",
        title: "an application in Python is told what one in Rust is told",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::environ::CHECKS)?;
            all(target, gateway::peers::CHECKS)?;
            all(target, gateway::fields::CHECKS)
        },
    },
    Check {
        id: "python-probe-start-response",
        title: "start_response does in Python what it does in Rust",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::start_response::CHECKS)?;
            all(target, gateway::exc_info::CHECKS)
        },
    },
    Check {
        id: "python-probe-response",
        title: "the server adds to an answer from Python what it adds to others",
        rule: RULE,
        hint: HINT,
        run: |target| all(target, gateway::response::CHECKS),
    },
    Check {
        id: "python-probe-input",
        title: "wsgi.input has the content in Python, too",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::input::CHECKS)?;
            all(target, gateway::chunked::CHECKS)
        },
    },
    Check {
        id: "python-probe-expectation",
        title: "100 Continue is sent when an application in Python first reads",
        rule: RULE,
        hint: HINT,
        run: |target| all(target, gateway::expectation::CHECKS),
    },
    Check {
        id: "python-probe-limits",
        title: "what is too large or too slow never gets as far as to Python",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::sizes::CHECKS)?;
            all(target, gateway::deadlines::CHECKS)
        },
    },
    Check {
        id: "python-probe-body",
        title: "a body from Python goes out piece by piece, and ends as declared",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::body::CHECKS)?;
            all(target, gateway::declared::CHECKS)
        },
    },
    Check {
        id: "python-probe-failing",
        title: "what fails in Python is answered for, and close() is called",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::failing::CHECKS)?;
            all(target, gateway::closed::CHECKS)
        },
    },
    Check {
        id: "python-probe-pages",
        title: "connections end, pages link and logs are clean as with an application in Rust",
        rule: RULE,
        hint: HINT,
        run: |target| {
            all(target, gateway::connection::CHECKS)?;
            all(target, gateway::pages::CHECKS)?;
            all(target, gateway::form::CHECKS)?;
            all(target, gateway::log::CHECKS)
        },
    },
];

/// One worker: what it counts, it counts for everybody.
fn all(target: &Target, checks: &[Check]) -> Verdict {
    with_python(target, |target| {
        let target = with(target, "probe:application", 1);
        checks.iter().try_for_each(|check| {
            (check.run)(&target).map_err(|failure| {
                failure.detail(format!("this was {}: {}", check.id, check.title)).detail(check.hint)
            })
        })
    })
}
