//! The checks that judge the demo judge the same server when Python runs the application: the probe
//! of tests/python has the same routes.

use super::machine::with_python;
use super::start::with;
use crate::check::{Check, Verdict};
use crate::gateway;
use crate::target::Target;

/// One for each of the lists below.
pub const CHECKS: &[Check] = &[
    probe::<0>("python-probe-environ", "an application in Python is told what one in Rust is told"),
    probe::<1>("python-probe-peers", "an application in Python is told of the same addresses"),
    probe::<2>("python-probe-fields", "an application in Python is told of the same fields"),
    probe::<3>("python-probe-start-response", "start_response does in Python what it does in Rust"),
    probe::<4>("python-probe-exc-info", "exc_info from Python replaces an answer, or ends it"),
    probe::<5>(
        "python-probe-response",
        "the server adds to Python's answers what it adds to others",
    ),
    probe::<6>("python-probe-input", "wsgi.input has the content in Python, too"),
    probe::<7>("python-probe-chunked", "wsgi.input has content that came in chunks, and its end"),
    probe::<8>("python-probe-expectation", "100 Continue is sent when Python first reads"),
    probe::<9>("python-probe-sizes", "what is too large is refused, whoever runs the application"),
    probe::<10>(
        "python-probe-deadlines",
        "what is too slow is given up, whoever runs the application",
    ),
    probe::<11>("python-probe-body", "a body from Python goes out piece by piece"),
    probe::<12>("python-probe-declared", "a body from Python ends where it was declared to end"),
    probe::<13>("python-probe-failing", "what fails in Python is answered for"),
    probe::<14>("python-probe-connection", "connections end as with an application in Rust"),
    probe::<15>("python-probe-pages", "pages lead to one another as in the demo"),
    probe::<16>("python-probe-form", "a form is answered as by the demo"),
    probe::<17>("python-probe-log", "nothing of a client's bytes reaches the log as it is"),
    probe::<18>("python-probe-injection", "no line end from Python becomes a line of the head"),
    probe::<19>("python-probe-closed", "close() is called on every body, in every case"),
];

/// Those of `gateway`, and those of the bodies that are counted.
const LISTS: [&[Check]; 20] = [
    gateway::environ::CHECKS,
    gateway::peers::CHECKS,
    gateway::fields::CHECKS,
    gateway::start_response::CHECKS,
    gateway::exc_info::CHECKS,
    gateway::response::CHECKS,
    gateway::input::CHECKS,
    gateway::chunked::CHECKS,
    gateway::expectation::CHECKS,
    gateway::sizes::CHECKS,
    gateway::deadlines::CHECKS,
    gateway::body::CHECKS,
    gateway::declared::CHECKS,
    gateway::failing::CHECKS,
    gateway::connection::CHECKS,
    gateway::pages::CHECKS,
    gateway::form::CHECKS,
    gateway::log::CHECKS,
    gateway::injection::CHECKS,
    gateway::CLOSED,
];

/// What is not true of the probe, and why.
const NOT_OF_THE_PROBE: [(&str, &str); 4] = [
    ("page-hello", "it greets the world from Python; the examples' checks have that"),
    ("body-http-1-0-with-a-length", "its bodies have no len(), so nobody can know a length"),
    ("closed-by-middleware", "that is middleware in Rust, and --python takes none"),
    ("response-length-is-computed", "the same; python-length-of-one-piece looks at a list"),
];

const fn probe<const LIST: usize>(id: &'static str, title: &'static str) -> Check {
    Check {
        id,
        title,
        rule: "PEP 3333, whichever language the application is written in",
        hint: "Start it with PYTHONPATH=tests/python and --python probe:application.",
        run: |target| all(target, LISTS[LIST]),
    }
}

/// One worker: what it counts, it counts for everybody.
fn all(target: &Target, checks: &[Check]) -> Verdict {
    let is_true = |check: &&Check| !NOT_OF_THE_PROBE.iter().any(|(id, _)| *id == check.id);
    with_python(target, |target| {
        let target = with(target, "probe:application", 1);
        checks.iter().filter(is_true).try_for_each(|check| {
            (check.run)(&target).map_err(|failure| {
                failure.detail(format!("this was {}: {}", check.id, check.title)).detail(check.hint)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_of_the_gateway_is_there() {
        let count = LISTS[..LISTS.len() - 1].iter().map(|list| list.len()).sum::<usize>();
        assert_eq!(count, gateway::CHECKS.len());
        let ids = || LISTS.iter().flat_map(|list| list.iter()).map(|check| check.id);
        assert!(NOT_OF_THE_PROBE.iter().all(|(id, _)| ids().any(|there| there == *id)));
    }
}
