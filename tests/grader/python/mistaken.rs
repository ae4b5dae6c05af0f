//! What applications do that they must not: each is a 500, and the log names the mistake.

use super::machine::with_python;
use super::start::with;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::gateway::talk::{next_is_served, visit};
use crate::target::Target;

/// Failures with strange words, and answers that are none.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-fails-in-any-words",
        title: "whatever the message of an exception holds, the client gets 500 and the worker lives",
        rule: "RFC 9110 s15.6.1; Python, codecs: surrogates can't be encoded",
        hint: "Encode it so that nothing can fail, and cut it.",
        run: |target| with_python(target, |target| all(target, FAILURES)),
    },
    Check {
        id: "python-names-the-mistake",
        title: "a status, field or body of a wrong type is a 500, and the log says what it should be",
        rule: "PEP 3333, The start_response() Callable, and Specification Details",
        hint: "Look at the types where they come in, so that the traceback leads to the line.",
        run: |target| with_python(target, |target| all(target, MISTAKES)),
    },
];

/// A route, and what the log must say.
type Case = (&'static str, &'static str);

const FAILURES: &[Case] = &[
    ("/raises-a-file-name", r"FileNotFoundError: caf\udce9.txt"),
    ("/raises-without-a-message", "Speechless"),
    ("/raises-much", "ValueError: much much"),
];

const MISTAKES: &[Case] = &[
    ("/status-is-a-number", "a status is a string such as '200 OK', not an int: 200"),
    ("/field-is-a-number", "both strings, not ('Content-Length', 10)"),
    ("/fields-are-a-dict", "a field is a name and a value, both strings, not 'Content-Type'"),
    ("/returns-nothing", "pieces of bytes, such as [b'hello'], not None"),
    ("/returns-text", "pieces of bytes, such as [b'hello']; one of them is a str"),
    ("/returns-bytes", "pieces of bytes, such as [b'hello']; one of them is an int"),
];

/// One worker: if it dies, that is told.
fn all(target: &Target, cases: &[Case]) -> Verdict {
    let server = with(target, "crossing:app", 1).start()?;
    cases.iter().try_for_each(|(path, words)| {
        visit(&server, path, 500)?;
        server.wait_for_line(&format!("a line with {words:?}"), |line| line.contains(words))?;
        next_is_served(&server)
    })?;
    let said = server.stderr_lines();
    let death = said.iter().find(|line| line.starts_with("Python worker"));
    expect(&server, death.is_none(), format!("no worker has died: {death:?}"))
}
