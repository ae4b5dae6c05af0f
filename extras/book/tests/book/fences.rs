//! Rules about fenced blocks: what they may be, and where their code comes from.

use crate::files::Files;
use crate::finding::Finding;
use crate::page::{Fence, Page};
use crate::session::parse;

/// What a fence may be. `text` is for what no program runs: bytes on the wire, a table.
const LANGUAGES: [&str; 9] =
    ["console", "diff", "html", "http", "python", "rust", "sh", "text", "toml"];

/// How many sessions of the whole book may be left out with `no-test`.
const UNTESTED: usize = 8;

/// Each fence says what it is, is closed, and is not empty.
pub fn languages(files: &Files) -> Vec<Finding> {
    each(files, |page, fence| {
        let (wrong, remedy) = if !fence.closed {
            ("the fence is never closed".to_owned(), "close it with the same backticks".to_owned())
        } else if fence.lines.iter().all(|line| line.trim().is_empty()) {
            ("the block is empty".to_owned(), "fill it or take it out".to_owned())
        } else if !LANGUAGES.contains(&fence.language()) {
            (format!("{:?} is no language of ours", fence.info), format!("one of {LANGUAGES:?}"))
        } else {
            return None;
        };
        Some(Finding::new(&page.path, fence.line, wrong, remedy))
    })
}

/// Rust is included from a stage, or it is an example that `rustdoc` runs. Nothing is pasted.
pub fn rust_is_included(files: &Files) -> Vec<Finding> {
    each(files, |page, fence| {
        if fence.language() != "rust" {
            return None;
        }
        let includes = |line: &String| line.trim_start().starts_with("{{#include ");
        let is_right = match fence.info.as_str() {
            "rust" => !fence.lines.iter().any(includes),
            "rust,ignore" => fence.lines.iter().all(includes),
            "rust,compile_fail" | "rust,should_panic" => true,
            _ => false,
        };
        let remedy = "rust,ignore holds {{#include FILE:ANCHOR}} only; a small example that runs by \
                      itself is rust, or rust,compile_fail, or rust,should_panic";
        let wrong = "code that no test sees";
        (!is_right).then(|| Finding::new(&page.path, fence.line, wrong, remedy))
    })
}

/// What a patch takes out, or leaves as it is, stands in a file of a stage.
pub fn patches_fit(files: &Files) -> Vec<Finding> {
    let sources: Vec<&str> = files.below("stage", ".rs").map(|(_, text)| text).collect();
    let stands = |wanted: &str| {
        sources.iter().any(|text| text.lines().any(|line| line.trim() == wanted.trim()))
    };
    each(files, |page, fence| {
        let mut old = fence.lines.iter().enumerate().filter_map(|(at, line)| {
            let is_old = fence.language() == "diff" && !line.starts_with(['+', '@']);
            Some((at, line.get(1..)?)).filter(|(_, text)| is_old && !text.trim().is_empty())
        });
        let (at, line) = old.find(|(_, line)| !stands(line))?;
        let wrong = format!("no stage has the line {:?}", line.trim());
        let remedy = "a patch changes lines that are there";
        Some(Finding::new(&page.path, fence.line + 1 + at, wrong, remedy))
    })
}

/// Sessions are well formed, and end only processes that the page has started.
pub fn sessions(files: &Files) -> Vec<Finding> {
    each(files, |page, fence| {
        if fence.language() != "console" {
            return None;
        }
        let block = match parse(fence) {
            Ok(block) => block,
            Err((line, wrong)) => {
                let remedy = "see the head of extras/book/tests/book.rs";
                return Some(Finding::new(&page.path, line, wrong, remedy));
            }
        };
        let by_name =
            |command: &str| ["pkill", "killall", "pidof"].iter().any(|name| command.contains(name));
        let run = block.runs.iter().find(|run| run.command.as_deref().is_some_and(by_name))?;
        let (wrong, remedy) = ("it may end what is not the page's", "show the pid, and kill that");
        Some(Finding::new(&page.path, run.line, wrong, remedy))
    })
}

/// Few sessions are left out.
pub fn untested(files: &Files) -> Vec<Finding> {
    let untested = each(files, |page, fence| {
        let remedy = format!("at most {UNTESTED} in the book: find a way to run one of them");
        let wrong = "one no-test too many";
        fence.info.contains("no-test").then(|| Finding::new(&page.path, fence.line, wrong, remedy))
    });
    untested.into_iter().skip(UNTESTED).collect()
}

fn each(files: &Files, mut look: impl FnMut(&Page, &Fence) -> Option<Finding>) -> Vec<Finding> {
    let pages = files.pages();
    let fences = pages.iter().flat_map(|page| page.fences.iter().map(move |fence| (page, fence)));
    fences.filter_map(|(page, fence)| look(page, fence)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Rule, places};

    const PAGE: &str = "book/src/a.md";

    fn finds(rule: Rule, text: &str) -> bool {
        let stage = ("stage1-echo/src/a.rs", "fn f() {\n    old();\n}\n");
        !places(rule, &[(PAGE, text), stage]).is_empty()
    }

    #[test]
    fn a_fence_without_a_language_is_found() {
        assert!(finds(languages, "```\nx\n```\n"));
        assert!(finds(languages, "```consol\n$ x\n```\n"));
        assert!(finds(languages, "```text\nx\n"));
        assert!(finds(languages, "```text\n\n```\n"));
        assert!(!finds(languages, "```text\nx\n```\n"));
    }

    #[test]
    fn pasted_rust_is_found() {
        assert!(finds(rust_is_included, "```rust,ignore\nfn f() {}\n```\n"));
        assert!(finds(rust_is_included, "```rust,ignore\n{{#include a.rs:a}}\nfn f() {}\n```\n"));
        assert!(finds(rust_is_included, "```rust\n{{#include a.rs:a}}\n```\n"));
        assert!(finds(rust_is_included, "```rust,no_run\nfn f() {}\n```\n"));
        assert!(!finds(rust_is_included, "```rust,ignore\n{{#include a.rs:a}}\n```\n"));
        assert!(!finds(rust_is_included, "```rust\nfn main() {}\n```\n"));
    }

    #[test]
    fn a_patch_of_what_is_not_there_is_found() {
        assert!(finds(patches_fit, "```diff\n-    older();\n+    new();\n```\n"));
        assert!(finds(patches_fit, "```diff\n fn g() {\n-    old();\n```\n"));
        assert!(!finds(patches_fit, "```diff\n fn f() {\n-    old();\n+    new();\n```\n"));
    }

    #[test]
    fn a_wrong_session_is_found() {
        assert!(finds(sessions, "```console\nhello\n```\n"));
        assert!(finds(sessions, "```console\n$ pkill stage1-echo\n```\n"));
        assert!(!finds(sessions, "```console\n$ kill 4242\n```\n"));
    }

    #[test]
    fn too_many_untested_sessions_are_found() {
        let one = "```console,no-test=\"a\"\n$ x\n```\n";
        assert!(!finds(untested, &one.repeat(UNTESTED)));
        assert!(finds(untested, &one.repeat(UNTESTED + 1)));
    }
}
