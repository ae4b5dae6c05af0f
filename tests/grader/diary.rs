//! What was done to one run of a program, in order: whoever connected, what they sent and when, and
//! the signals. `by_hand` makes of it what a person can type.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::Signal;

use crate::tape::Tapes;
use crate::visit::{End, Visit};

/// Checks that look again and again connect each time: of more than this nobody reads.
const LINES_KEPT: usize = 20_000;

/// The diary of one run. Clones are other diaries, with the same lines.
#[derive(Default, Debug)]
pub(crate) struct Diary(Mutex<Vec<Line>>);

/// One thing that was done, or one client with all that it did.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Visit(Visit),
    Signal(Signal),
    /// What else was done, as a person types it: `PID` is the server's, `CHILD` its newest child's.
    Command(&'static str),
}

impl Diary {
    /// A client has come; its number.
    pub fn opened(&self, tapes: &Arc<Mutex<Tapes>>) -> usize {
        let visit = Visit { tapes: Arc::downgrade(tapes), ..Visit::default() };
        self.begin(Line::Visit(visit))
    }

    /// A client has come and was not let in.
    pub fn refused(&self) {
        self.begin(Line::Visit(Visit { end: Some(End::Closed), ..Visit::default() }));
    }

    /// A signal was sent to the program.
    pub fn signal(&self, signal: Signal) {
        self.begin(Line::Signal(signal));
    }

    /// Something else was done, which a person does so.
    pub fn command(&self, command: &'static str) {
        self.begin(Line::Command(command));
    }

    /// The client of this number sends a piece.
    pub fn sends(&self, client: usize, bytes: &[u8]) {
        self.change(client, |visit, is_late| visit.sends(bytes, is_late));
    }

    /// The client of this number ends, in a way that counts if it is the first, or goes beyond the
    /// first.
    pub fn ends(&self, client: usize, end: End) {
        self.change(client, |visit, _| {
            if visit.end.is_none_or(|before| before == End::HalfClosed && end == End::Closed) {
                visit.end = Some(end);
            }
        });
    }

    /// Whether the program was asked to end.
    pub fn asked_to_end(&self) -> bool {
        let ends = [Signal::SIGTERM, Signal::SIGINT];
        self.lock().iter().any(|line| matches!(line, Line::Signal(sent) if ends.contains(sent)))
    }

    /// All of it so far; nothing if it is too much.
    pub fn lines(&self) -> Vec<Line> {
        let lines = self.lock();
        if lines.len() < LINES_KEPT { lines.clone() } else { Vec::new() }
    }

    /// What went over the last connection that is still open and has sent something.
    pub fn last_talk(&self) -> Option<Arc<Mutex<Tapes>>> {
        let lines = self.lock();
        lines.iter().rev().find_map(|line| match line {
            Line::Visit(visit) if visit.has_spoken() => visit.tapes.upgrade(),
            _ => None,
        })
    }

    fn begin(&self, line: Line) -> usize {
        let mut lines = self.lock();
        if lines.len() < LINES_KEPT {
            stay(&mut lines);
            lines.push(line);
            lines.len() - 1
        } else {
            LINES_KEPT
        }
    }

    /// `change` learns whether something else has been done since the client came.
    fn change(&self, client: usize, change: impl FnOnce(&mut Visit, bool)) {
        let mut lines = self.lock();
        let is_late = lines.len() > client + 1;
        if let Some(Line::Visit(visit)) = lines.get_mut(client) {
            change(visit, is_late);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Line>> {
        // A list of lines is whole after every change, also when a thread panicked in between.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// These lines, and what a person types then: whoever is connected stays meanwhile.
pub(crate) fn and_then(mut lines: Vec<Line>, commands: &[&'static str]) -> Vec<Line> {
    if !commands.is_empty() {
        stay(&mut lines);
    }
    lines.extend(commands.iter().map(|command| Line::Command(command)));
    lines
}

/// Something else is done, so whoever is connected outlasts it.
fn stay(lines: &mut [Line]) {
    for line in lines {
        if let Line::Visit(visit) = line {
            visit.outlasts |= !visit.is_over();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visits(diary: &Diary) -> Vec<Visit> {
        let visits = diary.lines().into_iter().filter_map(|line| match line {
            Line::Visit(visit) => Some(visit),
            Line::Signal(_) | Line::Command(_) => None,
        });
        visits.collect()
    }

    #[test]
    fn a_client_that_stays_and_speaks_late_is_remembered_as_such() {
        let (diary, tapes) = (Diary::default(), Arc::default());
        let first = diary.opened(&tapes);
        let second = diary.opened(&tapes);
        diary.sends(second, b"two");
        diary.ends(second, End::HalfClosed);
        diary.ends(second, End::Closed);
        diary.sends(first, b"one");
        diary.signal(Signal::SIGTERM);
        let visits = visits(&diary);
        assert!(visits[0].outlasts && visits[0].pieces[0].is_late);
        assert!(!visits[1].outlasts && !visits[1].pieces[0].is_late);
        assert_eq!(visits[1].end, Some(End::Closed));
        assert_eq!(diary.lines().len(), 3);
    }
}
