//! Rules about what pages take from other files. mdBook says nothing when an anchor is missing.

use crate::files::{Files, beside};
use crate::finding::Finding;

/// Each include names a file that is there, and for code an anchor with something in it.
pub fn resolve(files: &Files) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in files.below(crate::files::SRC, ".md") {
        for (at, line) in text.lines().enumerate() {
            for target in line.split("{{#").skip(1) {
                let target = target.split("}}").next().unwrap_or_default();
                if let Some(wrong) = wrong(files, path, target) {
                    let remedy = "write {{#include FILE:ANCHOR}}, both as they are";
                    found.push(Finding::new(path, at + 1, wrong, remedy));
                }
            }
        }
    }
    found
}

fn wrong(files: &Files, page: &str, target: &str) -> Option<String> {
    let Some(target) = target.strip_prefix("include ") else {
        return Some(format!("{target:?} is no include"));
    };
    let (path, anchor) = match target.trim().split_once(':') {
        Some((path, anchor)) => (beside(page, path), Some(anchor)),
        None => (beside(page, target.trim()), None),
    };
    let Some(text) = files.text(&path) else {
        return Some(format!("there is no file {path}"));
    };
    match anchor {
        None if path.ends_with(".rs") => Some(format!("{path} is included whole")),
        None => None,
        Some(anchor) if anchor.starts_with(|first: char| first.is_ascii_digit()) => {
            Some("lines are included by number, which are others after the next change".to_owned())
        }
        Some(anchor) => section(text, anchor).err().map(|wrong| format!("{path}: {wrong}")),
    }
}

/// What stands between the two marks of an anchor.
fn section<'t>(text: &'t str, anchor: &str) -> Result<Vec<&'t str>, String> {
    let mark = |line: &str, kind: &str| {
        let name = line.split_once(kind).map(|(_, name)| name.trim_end_matches("-->").trim());
        name == Some(anchor)
    };
    let starts = text.lines().filter(|line| mark(line, "ANCHOR:")).count();
    if starts != 1 {
        return Err(format!("{starts} lines begin the anchor {anchor:?}"));
    }
    let lines = text.lines().skip_while(|line| !mark(line, "ANCHOR:")).skip(1);
    let lines: Vec<&str> = lines.collect();
    let Some(end) = lines.iter().position(|line| mark(line, "ANCHOR_END:")) else {
        return Err(format!("the anchor {anchor:?} does not end"));
    };
    let lines: Vec<&str> = lines[..end].to_vec();
    if lines.iter().all(|line| line.trim().is_empty()) {
        return Err(format!("the anchor {anchor:?} is empty"));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    const CODE: &str = "// ANCHOR: a\nfn a() {}\n// ANCHOR_END: a\n// ANCHOR: b\n// ANCHOR_END: b\n\
                        // ANCHOR: c\nfn c() {}\n";

    fn finds(include: &str) -> bool {
        let files = [("book/src/s/p.md", include), ("stage1-echo/src/a.rs", CODE)];
        !places(resolve, &files).is_empty()
    }

    #[test]
    fn an_include_of_nothing_is_found() {
        let of = |anchor: &str| format!("{{{{#include ../../../stage1-echo/src/a.rs{anchor}}}}}");
        assert!(!finds(&of(":a")));
        for wrong in [":b", ":c", ":d", "", ":1:2"] {
            assert!(finds(&of(wrong)), "{wrong:?}");
        }
        assert!(finds("{{#include ../../../stage1-echo/src/b.rs:a}}"));
        assert!(finds("{{#rustdoc_include ../../../stage1-echo/src/a.rs:a}}"));
        assert!(finds("{{#playground x.rs}}"));
    }
}
