//! A hint that fits what was seen: the step's own for this kind, or else the check's, and a general
//! word about what such an end of a conversation mostly means.

use crate::check::Check;
use crate::failure::{Failure, Seen};
use crate::stage::{Scored, Step};

const PANICKED: &str = "The server panicked: standard error names the line. What a client does \
                        must never end a server.";
/// Errors that name themselves on standard error. They are the cause, whatever was looked at.
const NAMED: [(&str, &str); 2] = [
    (
        "Interrupted system call",
        "A call was interrupted by a signal and returned EINTR: nothing was done, so make it again.",
    ),
    (
        "No child processes",
        "waitpid returned ECHILD: there is no child at all. That ends the reaping, and not the server.",
    ),
];

/// The hint for `check`, which failed in this way in one of `steps`.
pub(crate) fn fitting(steps: &[Step], check: &Check, failure: &Failure) -> String {
    if steps.is_empty() {
        return check.hint.to_owned();
    }
    if failure.panic_was_the_end() {
        return format!("{PANICKED} {}", check.hint);
    }
    let scored = || steps.iter().flat_map(|step| step.checks).filter(|one| one.id == check.id);
    let for_words = scored().flat_map(|one: &Scored| one.words);
    let for_kind = |kind| {
        let hints = scored().flat_map(|one: &Scored| one.hints);
        hints.filter(move |(other, _)| *other == kind).map(|(_, hint)| *hint)
    };
    // Of a program's end a client may see a reset, a refusal or nothing: which, is up to chance.
    let end = failure.program_has_ended().then_some(Seen::Ended);
    let mut own = for_words
        .filter(|(words, _)| failure.mentions(words))
        .map(|(_, hint)| *hint)
        .chain(for_kind(failure.kind()))
        .chain(end.into_iter().flat_map(for_kind));
    if let Some(hint) = own.next() {
        return hint.to_owned();
    }
    if let Some((_, named)) = NAMED.iter().find(|(words, _)| failure.mentions(words)) {
        return (*named).to_owned();
    }
    match general(failure) {
        // Many things can make a client wait: what the check knows of them comes first.
        Some(general) if failure.kind() == Seen::Hung => format!("{} {general}", check.hint),
        Some(general) => format!("{general} {}", check.hint),
        None => check.hint.to_owned(),
    }
}

/// What such an end mostly means; nothing where the facts speak for themselves.
fn general(failure: &Failure) -> Option<&'static str> {
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

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::sync::Arc;

    use super::*;
    use crate::witness::Witness;

    #[test]
    fn whatever_the_client_saw_the_end_of_the_program_has_its_hint() {
        const SCORED: &[Scored] = &[Scored::new("survives", 1).when(&[(Seen::Ended, "It ended.")])];
        let steps = [Step {
            number: 1,
            title: "survive",
            task: "",
            bonus: false,
            checks: SCORED,
            needs: &[],
            page: "",
        }];
        let check = Check { id: "survives", title: "", rule: "", hint: "", run: |_| Ok(()) };
        let reset = |witness| Failure::new("reset").seen(Seen::Reset).witness(&Arc::new(witness));
        let ended = Witness::default();
        ended.has_ended(ExitStatus::from_raw(13));
        assert_eq!(fitting(&steps, &check, &reset(ended)), "It ended.");
        assert!(fitting(&steps, &check, &reset(Witness::default())).contains("was reset"));
    }
}
