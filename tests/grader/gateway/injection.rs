//! Line ends in what an application says: they must not become lines of the head.

use super::cut::Cut;
use super::talk::next_is_served;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::target::Target;

/// In fields, and in the status.
pub const CHECKS: &[Check] = &[
    Check {
        id: "start-response-inject",
        title: "a name or a value with CR, LF or NUL in it adds no field and ends in 500",
        rule: "PEP 3333: no control characters; CWE-113, HTTP response splitting",
        hint: "In start_response, look for CR, LF and NUL in every name and value, and return an \
               Err if there is one. Don't repair it: nobody knows what was meant. The application \
               hands your Err back, and for an application that fails you send a 500: if nothing \
               came, a `?` has left before that.",
        run: inject,
    },
    Check {
        id: "start-response-inject-status",
        title: "a status with CR, LF or NUL in it adds no field, and an error is answered",
        rule: "PEP 3333: a status has no control characters; CWE-113, HTTP response splitting",
        hint: "Look for CR, LF and NUL in the status too, as in names and values. An application \
               may have made it of what a client has sent: /status/ does.",
        run: inject_status,
    },
];

/// Each of these would end a line, or the whole string, for somebody.
const CONTROLS: [&str; 4] = ["%0d%0a", "%0d", "%0a", "%00"];

fn inject(target: &Target) -> Verdict {
    let in_value = CONTROLS.map(|control| format!("/fields/X-A/a{control}X-Evil:%201"));
    let in_name = CONTROLS.map(|control| format!("/fields/X-A:%20a{control}X-Evil/1"));
    let paths = ["/inject".to_owned()].into_iter().chain(in_value).chain(in_name);
    refused(target, paths, &["500"])
}

/// An application may refuse the number, and a server must refuse the status.
fn inject_status(target: &Target) -> Verdict {
    let paths = CONTROLS.map(|control| format!("/status/200{control}X-Evil:%201"));
    refused(target, paths, &["500", "400"])
}

/// Each of these is answered with one of these statuses, and X-Evil is nobody's field.
fn refused(target: &Target, paths: impl IntoIterator<Item = String>, statuses: &[&str]) -> Verdict {
    let server = target.start()?;
    paths.into_iter().try_for_each(|path| {
        let cut = Cut::of(&server, &path)?;
        let head = cut.head.to_ascii_lowercase();
        let evil = head.split(['\r', '\n', '\0']).any(|line| line.starts_with("x-evil"));
        expect(&cut.client, !evil, format!("X-Evil begins no line of the head for {path}"))?;
        let status = cut.head.split(' ').nth(1).unwrap_or_default();
        let what = format!("the answer to {path} has status {}", statuses.join(" or "));
        expect(&cut.client, statuses.contains(&status), what)?;
        drop(cut);
        next_is_served(&server)
    })
}
