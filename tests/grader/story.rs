//! Lays out a failure for a person: the rule, how to see it by hand, sent, expected, got with a
//! caret below the first difference, what became of the server, its last words, and a hint.

use crate::escape::{block, block_with_caret, escape, for_printf};
use crate::failure::{Facts, Failure, Seen};
use crate::tape::Shown;
use crate::witness::{Witness, in_words};

/// Room for the longest label and two spaces.
const LABEL_WIDTH: usize = 10;
/// Text is broken here, so that it stays beside its label in a terminal of 80 columns and a margin.
const TEXT_WIDTH: usize = 84;
/// The last lines of standard error: a panic message and what led to it.
const STDERR_SHOWN: usize = 10;
/// What is longer than this nobody types.
const TYPED_BY_HAND: usize = 300;

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
            self.row("got", facts.got.iter().flat_map(show));
            return;
        };
        let at = first_difference(expected, got);
        let mut above = block_with_caret(expected, at);
        above.pop();
        self.row("expected", above);
        self.row("got", block_with_caret(got, at));
        self.row("", [difference(expected, got, at)]);
    }
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
        Some(tape) => block(&tape.start, tape.length),
        None => Vec::new(),
    }
}

/// The command that the check gives, or one made of what was sent if that can be typed.
fn by_hand(facts: &Facts) -> Option<String> {
    facts.by_hand.clone().or_else(|| {
        let tape = facts.sent.as_ref()?;
        let typable = tape.length > 0 && tape.length <= TYPED_BY_HAND;
        typable.then(|| format!("printf {} | nc 127.0.0.1 8888", for_printf(&tape.start)))
    })
}

/// The first index at which the two differ; the length of the shorter if it begins the longer.
fn first_difference(expected: &[u8], got: &[u8]) -> usize {
    expected.iter().zip(got).take_while(|(e, g)| e == g).count()
}

fn difference(expected: &[u8], got: &[u8], at: usize) -> String {
    let name = |bytes: &[u8]| match bytes.get(at) {
        Some(&byte) => format!("\"{}\"", escape(&[byte])),
        None => "the end".into(),
    };
    let (expected, got) = (name(expected), name(got));
    format!("the first difference is at byte {}: {expected} was expected, {got} came", at + 1)
}

fn fate(witness: &Witness) -> String {
    let panicked = if witness.panicked() { "; it panicked, see stderr" } else { "" };
    let end = witness.ended().map_or_else(|| "was still running".to_owned(), in_words);
    end + panicked
}

fn last_words(witness: &Witness) -> Vec<String> {
    let lines = witness.stderr.bytes();
    let from = lines.len().saturating_sub(STDERR_SHOWN);
    lines[from..].iter().map(|line| escape(line)).collect()
}

/// `text`, broken between words.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= TEXT_WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests;
