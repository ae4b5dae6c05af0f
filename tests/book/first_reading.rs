//! The rule that the book shows the whole first reading: every function of it, by anchor.

use crate::files::{Files, beside};
use crate::finding::Finding;

/// Applications, and what watches or runs them: the book tours them and shows some.
const BESIDE: [&str; 4] = ["/demo/", "/python/", "/shout", "/validator/"];

/// Every function of a stage's first reading stands in an anchor that a page includes. One whose
/// body is a single line is understood from its name.
pub fn is_shown(files: &Files) -> Vec<Finding> {
    let shown = included(files);
    let sources = files.below("stage", ".rs").filter(|(path, text)| {
        text.starts_with("//! First reading:") && !BESIDE.iter().any(|part| path.contains(part))
    });
    let mut found = Vec::new();
    for (path, text) in sources {
        for function in functions(text) {
            let is_shown = |anchor: &&str| shown.contains(&(path.to_owned(), (*anchor).to_owned()));
            if !function.anchors.iter().any(is_shown) {
                let wrong = format!("no page shows the function {}", function.name);
                let remedy = "give it an anchor, and include that in its stage's pages";
                found.push(Finding::new(path, function.line, wrong, remedy));
            }
        }
    }
    found
}

/// The anchors that pages include: their files and names.
fn included(files: &Files) -> Vec<(String, String)> {
    let pages = files.below(crate::files::SRC, ".md");
    let includes = pages.flat_map(|(page, text)| {
        let targets = text.split("{{#include ").skip(1);
        let targets = targets.filter_map(|rest| rest.split("}}").next()?.trim().split_once(':'));
        targets.map(move |(path, anchor)| (beside(page, path), anchor.to_owned()))
    });
    includes.collect()
}

struct Function<'t> {
    name: &'t str,
    line: usize,
    anchors: Vec<&'t str>,
}

/// The functions with a body of more than one line, each with the anchors that it stands in.
fn functions(text: &str) -> Vec<Function<'_>> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().collect();
    let mut anchors = Vec::new();
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some((_, name)) = line.split_once("// ANCHOR: ") {
            anchors.push(name);
        } else if let Some((_, name)) = line.split_once("// ANCHOR_END: ") {
            anchors.retain(|open| *open != name);
        } else if let Some(name) = name(line)
            && body(&lines[at..]) > 1
        {
            functions.push(Function { name, line: at + 1, anchors: anchors.clone() });
        }
    }
    functions
}

/// The name of the function that this line begins.
fn name(line: &str) -> Option<&str> {
    let (before, behind) = line.split_once("fn ")?;
    let words = ["pub", "pub(crate)", "pub(super)", "async", "const", "unsafe"];
    let begins = before.split_whitespace().all(|word| words.contains(&word));
    let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (begins && end > 0).then_some(&behind[..end])
}

/// How many lines the body of the function has that begins with the first of these.
fn body(lines: &[&str]) -> usize {
    let indent = lines[0].len() - lines[0].trim_start().len();
    let is_end = |line: &&str| **line == format!("{:indent$}}}", "");
    let Some(opens) = lines.iter().position(|line| line.ends_with(['{', ';', '}'])) else {
        return 0;
    };
    if !lines[opens].ends_with('{') {
        return 0; // a trait's, without a body, or all on one line
    }
    lines[opens + 1..].iter().position(is_end).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    const HEAD: &str = "//! First reading: x.\n";
    const PAGE: &str = "{{#include ../../../stage1-echo/src/a.rs:shown}}\n";

    fn lines(code: &str) -> Vec<String> {
        let text = format!("{HEAD}{code}");
        let files =
            [("book/src/stage1-echo/run.md", PAGE), ("stage1-echo/src/a.rs", text.as_str())];
        places(is_shown, &files)
    }

    #[test]
    fn a_function_that_no_page_shows_is_found() {
        let two = "fn a(\n    b: u8,\n) -> u8 {\n    let c = b;\n    c\n}\n";
        assert_eq!(lines(two), ["stage1-echo/src/a.rs:2"]);
        assert_eq!(lines(&format!("// ANCHOR: other\n{two}// ANCHOR_END: other\n")).len(), 1);
        assert!(lines(&format!("// ANCHOR: shown\n{two}// ANCHOR_END: shown\n")).is_empty());
    }

    #[test]
    fn what_is_understood_from_its_name_need_not_be_shown() {
        assert!(lines("    pub fn a(&self) -> u8 {\n        self.b\n    }\n").is_empty());
        assert!(lines("    fn a(&self) -> u8;\n    fn b() {}\n").is_empty());
        assert!(
            lines(
                "#[cfg(test)]\nmod tests {\n    fn a() {\n        b();\n        c();\n    }\n}\n"
            )
            .is_empty()
        );
    }
}
