//! A hint that fits what was seen: the step's own for this kind, or else the check's, and a general
//! word about what such an end of a conversation mostly means.

use crate::check::Check;
use crate::failure::{Failure, Seen};
use crate::stage::{Scored, Step};

/// The hint for `check`, which failed in this way in one of `steps`.
pub(crate) fn fitting(steps: &[Step], check: &Check, failure: &Failure) -> String {
    let seen = failure.kind();
    let scored = steps.iter().flat_map(|step| step.checks).filter(|scored| scored.id == check.id);
    let own = scored.flat_map(|scored: &Scored| scored.hints).find(|(kind, _)| *kind == seen);
    if let Some((_, hint)) = own {
        return (*hint).to_owned();
    }
    match general(failure).filter(|_| !steps.is_empty()) {
        Some(general) => format!("{general} {}", check.hint),
        None => check.hint.to_owned(),
    }
}

/// What such an end mostly means; nothing where the facts speak for themselves.
fn general(failure: &Failure) -> Option<&'static str> {
    if failure.panicked() {
        return Some(
            "The server panicked: standard error names the line. What a client does must never \
             end a server.",
        );
    }
    let text = match failure.kind() {
        Seen::Refused => {
            "Nothing listened any more: the program has ended, or it never called listen."
        }
        Seen::Reset => {
            "The connection was reset: it was closed while bytes that the client had sent were \
             still unread, or the program ended."
        }
        Seen::ClosedEarly => "The connection was closed before everything had been sent.",
        Seen::Hung => {
            "Nothing came until the deadline: look for a call that waits for what will never \
             come, or for a connection that nobody closes."
        }
        Seen::Ended => "The program must run until it is stopped.",
        Seen::NotSo | Seen::WrongBytes | Seen::Malformed | Seen::Machine => return None,
    };
    Some(text)
}
