//! Makes a page true: only lines that really differ are replaced.

use crate::align::Step;
use crate::names::Names;
use crate::session::Shown;

/// Some lines of a page, and what they are to be.
#[derive(Debug)]
pub struct Edit {
    line: usize,
    count: usize,
    lines: Vec<String>,
}

impl Edit {
    /// Lines that are the same stay as the page has them.
    pub fn new(shown: &Shown, came: &[String], steps: &[Step], names: &mut Names) -> Edit {
        let lines = steps.iter().filter_map(|step| match step {
            Step::Same { page, .. } | Step::LeftOut { page } => Some(shown.lines[*page].clone()),
            Step::Other { came: at, .. } | Step::Extra { came: at } => {
                Some(names.as_on_the_page(&came[*at]))
            }
            Step::Missing { .. } | Step::Passed { .. } => None,
        });
        let lines =
            lines.map(|line| format!("{}{line}", shown.indent).trim_end().to_owned()).collect();
        Edit { line: shown.line, count: shown.lines.len(), lines }
    }
}

/// The page's text after these edits, which are in the order of its lines.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for edit in edits.iter().rev() {
        let from = edit.line - 1;
        lines.splice(from..from + edit.count, edit.lines.iter().map(String::as_str));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::{Rest, align};

    #[test]
    fn only_lines_that_differ_are_replaced() {
        let text = "# A\n```console\n$ x\nDate: Tue, 01 Dec 2026 12:00:00 GMT\nold\n…\n```\n";
        let lines = ["Date: Tue, 01 Dec 2026 12:00:00 GMT", "old", "…"].map(str::to_owned);
        let shown = Shown { line: 4, lines: lines.to_vec(), indent: String::new() };
        let came = ["Date: Mon, 06 Nov 1994 08:49:37 GMT", "new", "and more"].map(str::to_owned);
        let steps = align(&shown.lines, &came, Rest::Counts);
        let edit = Edit::new(&shown, &came, &steps, &mut Names::default());
        let renewed = apply(text, &[edit]);
        assert!(
            renewed.contains("Date: Tue, 01 Dec 2026 12:00:00 GMT\nnew\n…\n```\n"),
            "{renewed}"
        );
    }

    #[test]
    fn lines_are_put_where_there_were_none() {
        let shown = Shown { line: 3, lines: Vec::new(), indent: String::new() };
        let came = ["new".to_owned()];
        let steps = align(&[], &came, Rest::Counts);
        let edit = Edit::new(&shown, &came, &steps, &mut Names::default());
        assert_eq!(apply("```console\n$ x\n```\n", &[edit]), "```console\n$ x\nnew\n```\n");
    }
}
