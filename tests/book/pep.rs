//! The page of PEP 3333: each function that it names is in its file, and each check is there.

use crate::files::Files;
use crate::finding::Finding;

/// The page. Its tables have three columns: a rule, files with their functions, checks.
const PAGE: &str = "book/src/appendices/pep3333.md";
const COLUMNS: usize = 3;

/// Every row of the page is true.
pub fn is_true(files: &Files) -> Vec<Finding> {
    let lines = files.text(PAGE).unwrap_or_default().lines().enumerate();
    let mut found = Vec::new();
    for (at, line) in lines {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let is_row = line.starts_with('|') && cells.len() == COLUMNS;
        if !is_row || cells[0] == "the PEP" || cells[0].starts_with("--") {
            continue;
        }
        let wrong = functions(files, cells[1]).into_iter().chain(checks(files, cells[2]));
        found.extend(wrong.map(|wrong| {
            Finding::new(PAGE, at + 1, wrong, "change the row, or what it speaks of")
        }));
    }
    found
}

/// A file's name, and the functions in it that follow.
fn functions(files: &Files, cell: &str) -> Vec<String> {
    let (mut path, mut source) = ("", "");
    let mut wrong = Vec::new();
    let mut count = 0;
    for word in code(cell) {
        if word.contains('/') {
            (path, source) = (word, files.text(word).unwrap_or_default());
            continue;
        }
        count += 1;
        if !defines(source, word) {
            wrong.push(format!("{path} has no function {word}"));
        }
    }
    if count == 0 {
        wrong.push("no function is named".to_owned());
    }
    wrong
}

fn checks(files: &Files, cell: &str) -> Vec<String> {
    let ids = code(cell);
    let is_there = |id: &str| {
        let line = format!("id: \"{id}\",");
        files.below("tests/", ".rs").any(|(_, text)| text.contains(&line))
    };
    if ids.is_empty() {
        return vec!["no check is named".to_owned()];
    }
    let lost = ids.into_iter().filter(|id| !is_there(id));
    lost.map(|id| format!("there is no check {id}")).collect()
}

/// What stands in backticks.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Whether the source, in Rust or Python, has a function of that name.
fn defines(source: &str, name: &str) -> bool {
    let heads = ["fn ", "def "].map(|word| format!("{word}{name}"));
    let is_head = |head: &String| {
        source.match_indices(head.as_str()).any(|(at, _)| {
            let rest = &source[at + head.len()..];
            rest.starts_with('(') || rest.starts_with('<')
        })
    };
    heads.iter().any(is_head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "| x | `a/b.rs` `run`; `a/c.py` `send` | `closed`, `sent` |";

    fn finds(row: &str) -> usize {
        let files = [
            (PAGE, row),
            ("a/b.rs", "pub fn run<'r>(\n"),
            ("a/c.py", "    def send(self):\n"),
            ("tests/stage3/a.rs", "id: \"closed\",\nid: \"sent\",\n"),
        ];
        is_true(&Files::of(&files)).len()
    }

    #[test]
    fn a_row_that_is_not_true_is_found() {
        assert_eq!(finds(ROW), 0);
        for (right, wrong) in [
            ("`run`", "`ru`"),
            ("`run`; `a/c.py` `send`", ""),
            ("b.rs", "d.rs"),
            ("`send`", "`run`"),
            ("`closed`", "`close`"),
            ("`closed`, `sent`", ""),
        ] {
            assert_ne!(finds(&ROW.replace(right, wrong)), 0, "{wrong}");
        }
    }
}
