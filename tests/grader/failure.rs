//! What went wrong, with everything that is known about it.
//!
//! A failure collects facts while a check runs: what was sent, what came back, what was expected,
//! which program it was. `story` lays them out once the check has ended.

use std::fmt::Display;
use std::sync::Arc;

use crate::diary::Line;
use crate::evidence::Evidence;
use crate::tape::{Shown, Tape, Tapes};
use crate::witness::{Witness, in_words};

/// How a failure begins that says that a check can't be done here.
pub const LEFT_OUT: &str = "this can't be seen on this machine";

/// Why a check did not hold.
///
/// Boxed inside, because it travels through every `?` of every check.
#[derive(Debug)]
pub struct Failure(Box<Facts>);

#[derive(Debug)]
pub(crate) struct Facts {
    pub what: String,
    pub seen: Seen,
    pub by_hand: Option<String>,
    /// What shows the fault, after what the check did was done by hand.
    pub looks: Vec<&'static str>,
    pub sent: Option<Tape>,
    pub expected: Option<Shown>,
    pub got: Option<Shown>,
    /// How much came before the bytes that a check got last, and how many these are.
    pub last: Option<(usize, usize)>,
    /// What had been done to the program up to then.
    pub done: Vec<Line>,
    pub details: Vec<String>,
    pub witness: Option<Arc<Witness>>,
}

/// What kind of thing was seen, for a hint that fits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A condition that should hold did not.
    NotSo,
    /// Other bytes than the expected ones.
    WrongBytes,
    /// Nothing listened on the port.
    Refused,
    /// The connection was reset.
    Reset,
    /// The connection ended before all that was waited for had come.
    ClosedEarly,
    /// Nothing happened until the deadline.
    Hung,
    /// What came is not HTTP as the standards have it.
    Malformed,
    /// The program ended, or could not be started.
    Ended,
    /// The grader or the machine is at fault, not the program under test.
    Machine,
}

impl Failure {
    /// A failure of which nothing is known but one sentence.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Failure {
        Failure(Box::new(Facts {
            what: what.into(),
            seen: Seen::NotSo,
            by_hand: None,
            looks: Vec::new(),
            sent: None,
            expected: None,
            got: None,
            last: None,
            done: Vec::new(),
            details: Vec::new(),
            witness: None,
        }))
    }

    /// That a check can't be done here, because this machine lacks what it needs. Such a check counts
    /// as skipped, and never as passed. `GRADE_SKIP=never` makes a failure of it.
    #[must_use]
    pub fn left_out(why: impl Display) -> Failure {
        Failure::new(format!("{LEFT_OUT}: {why}")).seen(Seen::Machine)
    }

    /// Whether it is one of these.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        let is_needed = std::env::var("GRADE_SKIP").is_ok_and(|skip| skip == "never");
        self.kind() == Seen::Machine && self.what().starts_with(LEFT_OUT) && !is_needed
    }

    /// The sentence that says what went wrong.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What kind of thing was seen.
    #[must_use]
    pub fn kind(&self) -> Seen {
        self.0.seen
    }

    /// Whether the program had ended by itself before it was stopped.
    pub(crate) fn program_has_ended(&self) -> bool {
        self.0.witness.as_ref().is_some_and(|witness| witness.ended().is_some())
    }

    /// Whether a panic has ended the program, or the conversation.
    pub(crate) fn panic_was_the_end(&self) -> bool {
        use Seen::{ClosedEarly, Ended, Refused, Reset};
        let has_panicked = self.0.witness.as_ref().is_some_and(|witness| witness.panicked());
        let is_end = || matches!(self.kind(), ClosedEarly | Ended | Refused | Reset);
        has_panicked && (is_end() || self.program_has_ended())
    }

    /// Whether these words are in the sentence, its details, on standard error, or in the end.
    pub(crate) fn mentions(&self, words: &str) -> bool {
        let witness = self.0.witness.as_ref();
        let mut seen = witness.map_or_else(Vec::new, |witness| witness.stderr.text());
        seen.extend(witness.and_then(|witness| witness.ended()).map(in_words));
        let mut texts = self.0.details.iter().chain(&seen).chain([&self.0.what]);
        texts.any(|text| text.contains(words))
    }

    /// With another sentence.
    #[must_use]
    pub fn retitled(mut self, what: impl Into<String>) -> Failure {
        self.0.what = what.into();
        self
    }

    /// With this kind.
    #[must_use]
    pub fn seen(mut self, seen: Seen) -> Failure {
        self.0.seen = seen;
        self
    }

    /// With a command line that shows the same fault, as the reader would type it.
    #[must_use]
    pub fn by_hand(mut self, command: impl Into<String>) -> Failure {
        self.0.by_hand = Some(command.into());
        self
    }

    /// With a command that shows the fault once all was done that the check did: `PID` in it is
    /// the server's, `CHILD` its newest child's.
    #[must_use]
    pub fn look(mut self, command: &'static str) -> Failure {
        self.0.looks.push(command);
        self
    }

    /// With what should have come: `&[u8]` for exact bytes, text for a description.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<Shown>) -> Failure {
        self.0.expected = Some(expected.into());
        self
    }

    /// With what came instead.
    #[must_use]
    pub fn got(mut self, got: impl Into<Shown>) -> Failure {
        self.0.got = Some(got.into());
        self
    }

    /// With one more line below the sentence, for instance one for each file that failed.
    #[must_use]
    pub fn detail(mut self, line: impl Into<String>) -> Failure {
        self.0.details.push(line.into());
        self
    }

    /// With all that `evidence` knows and this failure does not know better.
    #[must_use]
    pub fn of(self, evidence: &impl Evidence) -> Failure {
        evidence.add_to(self)
    }

    /// For implementations of [`Evidence`]: the program that was seen.
    #[must_use]
    pub fn witness(mut self, witness: &Arc<Witness>) -> Failure {
        // If it has ended by now, the witness learns it here.
        let _ = witness.look();
        if self.0.seen != Seen::Hung {
            // Whatever ends a program that hung comes after the fault and would mislead.
            witness.doubt();
        }
        if self.0.witness.is_none() {
            self.0.witness = Some(Arc::clone(witness));
            self.0.done = witness.diary.lines();
        }
        self
    }

    /// For implementations of [`Evidence`]: what went over a connection.
    #[must_use]
    pub fn tapes(mut self, tapes: &Tapes) -> Failure {
        self.0.sent.get_or_insert_with(|| tapes.sent.clone());
        self.0.got.get_or_insert_with(|| Shown::Bytes(tapes.received.start.clone()));
        self.0.last = self.0.last.or(tapes.last);
        self
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.0
    }
}
