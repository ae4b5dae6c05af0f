//! Lays out a failure for a person: the rule, how to see it by hand, sent, expected, got with a
//! caret below the first difference, what became of the server, its last words, and a hint.

use crate::by_hand;
use crate::diary;
use crate::escape::{block, block_in_pieces, block_with_caret, escape, escape_line};
use crate::failure::{Facts, Failure, Seen};
use crate::tape::Shown;
use crate::witness::{Lines, Witness, in_words};
use crate::wrap::wrap;

/// Room for the longest label and two spaces.
const LABEL_WIDTH: usize = 10;
/// The last lines of standard error: a panic message and what led to it.
const STDERR_SHOWN: usize = 10;

impl Failure {
    /// The whole story, ready to print; `rule` and `hint` are the check's.
    #[must_use]
    pub fn story(&self, rule: &str, hint: &str) -> String {
        let facts = self.facts();
        let mut page = Page::default();
        page.0.extend(wrap(&facts.what));
        page.0.extend(facts.details.iter().map(|line| format!("    {line}")));
        page.row("rule", wrap(rule));
        page.row("by hand", by_hand(facts));
        page.row("sent", sent(facts));
        page.expected_and_got(facts);
        if let Some(witness) = &facts.witness {
            page.row("server", [fate(witness)]);
            page.row("stderr", last_words(witness));
            page.row("note", cut("standard output", &witness.stdout));
            page.row("note", cut("standard error", &witness.stderr));
        }
        if facts.seen == Seen::Machine {
            page.row(
                "note",
                wrap("this is a fault of the machine or of the checks, not of the server"),
            );
        }
        page.row("hint", wrap(hint));
        page.0.join("\n") + "\n"
    }
}

/// The lines so far.
#[derive(Default)]
struct Page(Vec<String>);

impl Page {
    /// `label` and its lines beside it; nothing if there is no line.
    fn row<I: IntoIterator<Item = String>>(&mut self, label: &str, lines: I) {
        for (number, line) in lines.into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            self.0.push(format!("  {label:LABEL_WIDTH$}{line}").trim_end().to_owned());
        }
    }

    fn expected_and_got(&mut self, facts: &Facts) {
        let (Some(Shown::Bytes(expected)), Some(Shown::Bytes(got))) = (&facts.expected, &facts.got)
        else {
            self.row("expected", facts.expected.iter().flat_map(show));
            self.row("got", got(facts));
            return;
        };
        let at = first_difference(expected, got);
        let mut above = caret(expected, at);
        above.truncate(above.len().max(2) - 1);
        self.row("expected", above);
        self.row("got", caret(got, at));
        self.row("", [difference(expected, got, at, before(facts, got))]);
    }
}

/// The line with the byte and a caret below.
fn caret(bytes: &[u8], at: usize) -> Vec<String> {
    if bytes.is_empty() { vec!["nothing".into()] } else { block_with_caret(bytes, at) }
}

/// How many bytes of the stream came before `got`: none if it is no part of the stream.
fn before(facts: &Facts, got: &[u8]) -> usize {
    facts.last.filter(|(_, count)| *count == got.len()).map_or(0, |(before, _)| before)
}

fn show(shown: &Shown) -> Vec<String> {
    match shown {
        Shown::Words(words) => wrap(words),
        Shown::Bytes(bytes) if bytes.is_empty() => vec!["nothing".into()],
        Shown::Bytes(bytes) => block(bytes, bytes.len()),
    }
}

fn sent(facts: &Facts) -> Vec<String> {
    match &facts.sent {
        Some(tape) if tape.length == 0 => vec!["nothing".into()],
        Some(tape) => block_in_pieces(tape),
        None => Vec::new(),
    }
}

/// What came, unless that has just been shown as what was sent.
fn got(facts: &Facts) -> Vec<String> {
    match (&facts.sent, &facts.got) {
        (Some(sent), Some(Shown::Bytes(got))) if !got.is_empty() && sent.start == *got => {
            vec!["the same bytes as were sent".into()]
        }
        (_, got) => got.iter().flat_map(show).collect(),
    }
}

/// The command that the check gives, or those that do what it did.
fn by_hand(facts: &Facts) -> Vec<String> {
    let given = facts.by_hand.clone();
    match (&facts.witness, given) {
        (Some(witness), Some(given)) => {
            let given = by_hand::with_pids(&witness.start, &given);
            let is_said = witness.start.is_said_in(&given);
            if is_said { vec![given] } else { by_hand::started(&witness.start, [given]) }
        }
        (None, Some(given)) => vec![given],
        (Some(witness), None) => {
            let hung = facts.seen == Seen::Hung;
            let done = diary::and_then(facts.done.clone(), &facts.looks);
            by_hand::commands(&witness.start, &done, hung).unwrap_or_default()
        }
        (None, None) => Vec::new(),
    }
}

/// The first index at which the two differ; the length of the shorter if it begins the longer.
fn first_difference(expected: &[u8], got: &[u8]) -> usize {
    expected.iter().zip(got).take_while(|(e, g)| e == g).count()
}

/// `before` is the number of bytes that came before `got`.
fn difference(expected: &[u8], got: &[u8], at: usize, before: usize) -> String {
    let name = |bytes: &[u8]| match bytes.get(at) {
        Some(&byte) => format!("\"{}\"", escape(&[byte])),
        None => "the end".into(),
    };
    let (expected, got) = (name(expected), name(got));
    let number = before + at + 1;
    format!("the first difference is at byte {number}: {expected} was expected, {got} came")
}

fn fate(witness: &Witness) -> String {
    let panicked = if witness.panicked() { "; it panicked, see stderr" } else { "" };
    let end = witness.ended().map_or_else(|| "was still running".to_owned(), in_words);
    end + panicked
}

fn last_words(witness: &Witness) -> Vec<String> {
    let mut lines = witness.stderr.bytes();
    // A panic begins with an empty line.
    lines.retain(|line| !line.is_empty());
    let from = lines.len().saturating_sub(STDERR_SHOWN);
    lines[from..].iter().map(|line| escape_line(line)).collect()
}

/// Says so where not all that the server has printed was kept.
fn cut(name: &str, lines: &Lines) -> Vec<String> {
    match lines.lost() {
        0 => Vec::new(),
        lost => wrap(&format!(
            "the server printed so much on {name} that {lost} bytes of it were not kept"
        )),
    }
}

#[cfg(test)]
mod tests;
