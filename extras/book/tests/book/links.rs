//! Rules about links: each leads somewhere, and each page can be found.

use std::collections::BTreeSet;

use crate::files::{Files, SRC, SUMMARY, beside};
use crate::finding::Finding;
use crate::markup::tags;
use crate::page::{Page, code_in};

/// Links to pages, to places in them, to files and pictures: all of them are there.
pub fn resolve(files: &Files) -> Vec<Finding> {
    let mut pages = files.pages();
    pages.push(Page::new(SUMMARY, files.text(SUMMARY).unwrap_or_default()));
    let mut found = Vec::new();
    for page in &pages {
        for (line, target) in targets(page) {
            if let Some(wrong) = wrong(&pages, files, page, &target) {
                let remedy = "correct the link, or write what it leads to";
                found.push(Finding::new(&page.path, line, wrong, remedy));
            }
        }
    }
    found
}

/// `[text](target)`, `[name]: target`, and what HTML has for them.
fn targets(page: &Page) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in page.words() {
        let inline = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        found.extend(inline.map(|target| (line, target.to_owned())));
        let defined = text.strip_prefix('[').and_then(|text| text.split_once("]: "));
        found.extend(defined.map(|(_, target)| (line, target.trim().to_owned())));
        let values =
            tags(&text).into_iter().filter_map(|tag| tag.value("href").or(tag.value("src")));
        found.extend(values.map(|target| (line, target.to_owned())));
    }
    found
}

fn wrong(pages: &[Page], files: &Files, page: &Page, target: &str) -> Option<String> {
    if target.starts_with("https://") || target.starts_with("http://127.0.0.1") {
        return None;
    }
    if target.is_empty() || target.contains("://") {
        return Some(format!("the link {target:?} leads out of the book, and not by https"));
    }
    let (path, place) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { page.path.clone() } else { beside(&page.path, path) };
    let Some(linked) = pages.iter().find(|page| page.path == path) else {
        let is_there = path.starts_with(SRC) && files.has(&path) && place.is_empty();
        return (!is_there).then(|| format!("the book has no {path}"));
    };
    let mut anchors = linked.anchors();
    anchors.extend(included(files, linked).flat_map(|page| page.anchors()));
    let is_there = place.is_empty() || anchors.iter().any(|anchor| anchor == place);
    (!is_there).then(|| format!("{path} has no place {place:?}"))
}

/// What a page takes from other pages, whole or a section: their headings are its own.
fn included<'f>(files: &'f Files, page: &'f Page) -> impl Iterator<Item = Page> + 'f {
    let targets = page.prose().filter_map(|(_, line)| {
        line.strip_prefix("{{#include ")?.split_once("}}").map(|(target, _)| target)
    });
    let paths = targets.map(|target| target.split(':').next().unwrap_or(target));
    paths.filter(|path| path.ends_with(".md")).filter_map(|path| {
        let path = beside(&page.path, path);
        files.text(&path).map(|text| Page::new(&path, text))
    })
}

/// Every page is in the summary, once, and everything in the summary is a page.
pub fn summary(files: &Files) -> Vec<Finding> {
    let summary = Page::new(SUMMARY, files.text(SUMMARY).unwrap_or_default());
    let mut listed = BTreeSet::new();
    let mut found = Vec::new();
    for (line, target) in targets(&summary) {
        if !listed.insert(beside(SUMMARY, &target)) {
            let wrong = format!("{target} is listed twice");
            found.push(Finding::new(SUMMARY, line, wrong, "take one of them out"));
        }
    }
    let pages = files.pages();
    let lost = pages.iter().filter(|page| !listed.contains(&page.path));
    let remedy = "list it there: mdBook leaves it out";
    found.extend(
        lost.map(|page| Finding::new(&page.path, 1, "SUMMARY.md does not list it", remedy)),
    );
    found
}

/// A file of the repository that a page names in backticks is there.
pub fn named_files(files: &Files) -> Vec<Finding> {
    let pages = files.pages();
    let names = pages.iter().flat_map(|page| {
        let lines = page.prose();
        lines.flat_map(move |(line, text)| code_in(text).map(move |name| (page, line, name)))
    });
    let lost = names.filter(|(_, _, name)| {
        let folders = ["stage", "tests/", "book/"].iter().any(|folder| name.starts_with(folder));
        let is_path = folders && name.contains('/') && !name.contains([' ', '*', '…']);
        is_path && !name.contains("-mine") && !files.has(name)
    });
    let remedy = "name the file as it is called now";
    let finding = |(page, line, name): (&Page, usize, &str)| {
        Finding::new(&page.path, line, format!("there is no {name}"), remedy)
    };
    lost.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Rule, places};

    fn found(rule: Rule, text: &str) -> Vec<String> {
        let summary = "# Summary\n\n[A](a.md)\n- [B](s/b.md)\n";
        let files = [
            (SUMMARY, summary),
            ("book/src/a.md", text),
            ("book/src/s/b.md", "# Run it\n\n<a id=\"here\"></a>\n{{#include ../../../T.md:x}}\n"),
            ("T.md", "## Taken in\n"),
            ("book/src/s/p.svg", "<svg/>"),
            ("stage1-echo/src/echo.rs", ""),
        ];
        places(rule, &files)
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        for wrong in [
            "[x](c.md)",
            "[x](s/b.md#walk-it)",
            "[x](#here)",
            "[x](../../stage1-echo/src/echo.rs)",
            "![x](s/q.png)",
            "[x]: s/c.md",
            "<a href=\"s/c.md\">x</a>",
            "[x](http://example.org)",
            "[x]()",
        ] {
            assert_eq!(found(resolve, wrong), ["book/src/a.md:1"], "{wrong}");
        }
    }

    #[test]
    fn a_link_to_somewhere_is_left_alone() {
        let right = "# A\n[x](s/b.md#run-it), [y](s/b.md#here), [z](#a), ![p](s/p.svg)\n\
                     [t](s/b.md#taken-in)\n\
                     `[x](nowhere.md)` [q](https://example.org \"a title\")\n";
        assert!(found(resolve, right).is_empty(), "{:?}", found(resolve, right));
    }

    #[test]
    fn a_page_that_the_summary_lacks_is_found() {
        assert!(found(summary, "").is_empty());
        let files =
            [(SUMMARY, "[A](a.md)\n[A](a.md)\n"), ("book/src/a.md", ""), ("book/src/b.md", "")];
        assert_eq!(places(summary, &files), ["book/src/SUMMARY.md:2", "book/src/b.md:1"]);
        assert_eq!(places(resolve, &[(SUMMARY, "[C](c.md)\n")]), ["book/src/SUMMARY.md:1"]);
    }

    #[test]
    fn a_file_that_is_gone_is_found() {
        assert_eq!(found(named_files, "`stage1-echo/src/gone.rs`"), ["book/src/a.md:1"]);
        assert!(found(named_files, "`stage1-echo/src/echo.rs` `stage1-echo/src/`").is_empty());
    }
}
