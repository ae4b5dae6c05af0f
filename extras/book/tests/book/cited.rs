//! The rules of checks cite what a reader can open: the pages of the book that they name are there.

use crate::files::{Files, SRC};
use crate::finding::Finding;

/// Every page that a file of the tests names in a string exists, and no rule is cited from a paper
/// that is not in the repository.
pub fn can_be_opened(files: &Files) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in files.below("tests/", ".rs") {
        for (at, line) in text.lines().enumerate().filter(|(_, line)| is_rule(line)) {
            let says = |what: &str| Finding::new(path, at + 1, what, "cite what a reader can open");
            if line.contains("\"design") || line.contains("; design") {
                found.push(says("a rule that nobody can look up"));
            }
            if pages(line).any(|page| !files.has(page)) {
                found.push(says("a rule cites a page that is not there"));
            }
        }
    }
    found
}

fn is_rule(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("rule: ") || line.starts_with("const RULE: ")
}

/// The pages that a line names.
fn pages(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices(SRC).filter_map(|(at, _)| {
        let page = &line[at..];
        Some(&page[..page.find(".md")? + ".md".len()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_cannot_be_opened_is_found() {
        for (line, count) in [
            ("    rule: \"book/src/a.md: so it is\",", 0),
            ("    rule: \"RFC 9110 s1; book/src/b.md\",", 1),
            ("    rule: \"design: so it is\",", 1),
            ("const RULE: &str = \"RFC 9110 s1; design: so it is\";", 1),
            ("    hint: \"see book/src/b.md\",", 0),
        ] {
            let files = Files::of(&[("tests/a.rs", line), ("book/src/a.md", "")]);
            assert_eq!(can_be_opened(&files).len(), count, "{line}");
        }
    }
}
