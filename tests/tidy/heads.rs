//! Rules about the heads of files.

use crate::finding::Finding;
use crate::source::{Source, is_test_file};

/// Said at the start of a head: part of the whole happy path.
pub const FIRST: &str = "First reading";
/// Said at the start of a head: what makes a server of it.
pub const HARDENING: &str = "Hardening";

/// Maps and programs, which are read in either case.
const MAPS: [&str; 3] = ["lib.rs", "main.rs", "mod.rs"];
/// Applications, and what watches one: not the server.
const APPLICATIONS: [&str; 4] = ["demo", "live", "shout", "validator"];

/// Every file of Rust opens with what it is.
pub fn what_it_is(all: &[Source]) -> Vec<Finding> {
    let silent = all.iter().filter(|source| source.is_rust());
    let silent = silent.filter(|source| source.head().first().is_none_or(|line| line.is_empty()));
    let remedy = "open it with //!: what it is, why it is here";
    silent
        .map(|source| Finding::at(source, 1, "the file does not say what it is", remedy))
        .collect()
}

/// Every source file of a stage says whether it is first reading or hardening.
pub fn when_to_read_it(all: &[Source]) -> Vec<Finding> {
    let asked = all.iter().filter(|source| is_asked(source) && !is_test_file(all, source));
    let silent = asked.filter(|source| !starts(source, FIRST) && !starts(source, HARDENING));
    let remedy = format!("begin its head with {FIRST:?} or {HARDENING:?} and a colon");
    let wrong = "the file does not say when to read it";
    silent.map(|source| Finding::at(source, 1, wrong, remedy.as_str())).collect()
}

/// Whether the head begins with this.
pub fn starts(source: &Source, word: &str) -> bool {
    let rest = source.head().first().and_then(|line| line.strip_prefix(word));
    rest.is_some_and(|rest| rest.starts_with(':'))
}

/// Whether it belongs to one of these, as a file or in a folder: `demo` for `a/demo/b.rs`.
pub fn belongs_to(source: &Source, names: &[&str]) -> bool {
    source.path.split('/').any(|part| names.contains(&part.trim_end_matches(".rs")))
}

fn is_asked(source: &Source) -> bool {
    let is_server = !MAPS.contains(&source.name()) && !belongs_to(source, &APPLICATIONS);
    source.stage().is_some() && is_server
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    #[test]
    fn a_file_without_a_head_is_found() {
        let files = [("a.rs", "use x;\n"), ("b.rs", ""), ("c.rs", "//! C.\n"), ("d.md", "")];
        assert_eq!(places(what_it_is, &files), ["a.rs:1", "b.rs:1"]);
    }

    #[test]
    fn a_head_that_does_not_say_when_to_read_is_found() {
        let files = [
            ("stage1-echo/src/a.rs", "//! The next connection.\n"),
            ("stage1-echo/src/b.rs", "//! First reading: the next connection.\n"),
            ("stage1-echo/src/c.rs", "//! Hardening: its errors.\n#[cfg(test)]\nmod tests;\n"),
            ("stage1-echo/src/c/tests.rs", "//! Tests.\n"),
            ("stage1-echo/src/main.rs", "//! The program.\n"),
            ("stage1-echo/src/demo/d.rs", "//! A page.\n"),
            ("tests/a.rs", "//! A test.\n"),
        ];
        assert_eq!(places(when_to_read_it, &files), ["stage1-echo/src/a.rs:1"]);
    }
}
