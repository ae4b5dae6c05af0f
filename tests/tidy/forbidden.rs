//! What may stand nowhere, or in a few named files only.

use crate::finding::Finding;
use crate::source::{Source, is_test_file, numbered};
use crate::words::has_word;

/// Where `unsafe` may stand; a folder stands for its files. Learners need it where a stage does.
const UNSAFE: [&str; 8] = [
    "stage1-echo/src/accept.rs",
    "stage1-echo/src/inherited.rs",
    "stage1-echo/starter.rs",
    "stage4-fork/src/fork.rs",
    "stage4-fork/mistakes/",
    "stage4-fork/starter.rs",
    "stage4-fork/stretch/forking.rs",
    "tests/broken/",
];

/// Where a thread may sleep: a pause that has nothing to wait for, routes that are slow because
/// somebody asked for it, the one place in the tests, between two looks at a condition, and the
/// benchmark, which judges nothing.
const SLEEPS: [&str; 7] = [
    "bench/",
    "stage1-echo/src/accept_errors.rs",
    "stage3-gateway/src/demo/answers.rs",
    "stage3-gateway/starter.rs",
    "stage4-fork/mistakes/eintr.rs",
    "tests/broken/",
    "tests/grader/patience.rs",
];

/// No `unsafe`, and no leave to use it, but where it is named.
pub fn unsafe_code(all: &[Source]) -> Vec<Finding> {
    let hit = |source: &Source, _, code: &str| {
        let is_unsafe = has_word(code, "unsafe") || code.contains("allow(unsafe_code");
        is_unsafe && !is_named(source, &UNSAFE)
    };
    search(all, hit, "unsafe", "find a safe call, or put it into the one file that is named for it")
}

/// No thread that sleeps, but where it is named. A task may: it holds no thread. In tests, nothing
/// sleeps for a time.
pub fn sleeps(all: &[Source]) -> Vec<Finding> {
    let hit = |source: &Source, line, code: &str| {
        if !has_word(code, "sleep") || is_named(source, &SLEEPS) {
            return false;
        }
        if is_test(all, source, line) { code.contains("sleep(") } else { has_word(code, "thread") }
    };
    search(all, hit, "a sleep", "wait for a condition, or for what comes, with a deadline")
}

/// No `unwrap()` outside of tests.
pub fn unwraps(all: &[Source]) -> Vec<Finding> {
    let hit = |source: &Source, line, code: &str| {
        code.contains(".unwrap()") && !is_test(all, source, line)
    };
    search(all, hit, "unwrap()", "use ?, or expect with the reason why it can't fail")
}

/// No note that something is still to be done, nothing left over from a search for a fault, and
/// no test that is not run.
pub fn unfinished(all: &[Source]) -> Vec<Finding> {
    let macros = ["todo!", "unimplemented!", "dbg!", "#[ignore"];
    let hit = |_: &Source, _, code: &str| macros.iter().any(|word| code.contains(word));
    let mut found = search(all, hit, "something is left undone", "finish it, or take it out");
    let notes = all.iter().flat_map(|source| {
        let lines = numbered(&source.comments);
        let notes = lines
            .filter(|(_, text)| ["TODO", "FIXME", "XXX"].iter().any(|word| has_word(text, word)));
        let remedy = "do it, or file an issue";
        notes
            .map(move |(line, _)| Finding::at(source, line, "a note on what is to be done", remedy))
    });
    found.extend(notes);
    found
}

fn search(
    all: &[Source],
    hit: impl Fn(&Source, usize, &str) -> bool,
    wrong: &str,
    remedy: &str,
) -> Vec<Finding> {
    let lines =
        all.iter().flat_map(|source| numbered(&source.code).map(move |line| (source, line)));
    let hits = lines.filter(|&(source, (line, code))| hit(source, line, code));
    hits.map(|(source, (line, _))| Finding::at(source, line, wrong, remedy)).collect()
}

fn is_test(all: &[Source], source: &Source, line: usize) -> bool {
    source.path.starts_with("tests/") || source.is_test_line(line) || is_test_file(all, source)
}

fn is_named(source: &Source, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| source.path == *name || name.ends_with('/') && source.path.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Rule, places};

    fn finds(rule: Rule, text: &str) -> bool {
        !places(rule, &[("stage5-async/src/a.rs", text)]).is_empty()
    }

    #[test]
    fn unsafe_code_is_found() {
        assert!(finds(unsafe_code, "let x = unsafe { y() };\n"));
        assert!(finds(unsafe_code, "#![allow(unsafe_code)]\n"));
        assert!(!finds(unsafe_code, "// unsafe { }\nlet x = \"unsafe\"; unsafe_like();\n"));
        assert!(places(unsafe_code, &[("stage4-fork/mistakes/a.rs", "unsafe { }\n")]).is_empty());
    }

    #[test]
    fn a_sleep_is_found() {
        assert!(finds(sleeps, "std::thread::sleep(x);\n"));
        assert!(finds(sleeps, "use std::thread::sleep;\n"));
        assert!(finds(sleeps, "#[cfg(test)]\nmod tests {\n    fn a() { sleep(x); }\n}\n"));
        assert!(!finds(sleeps, "tokio::time::sleep(x).await;\n"));
        assert_eq!(places(sleeps, &[("tests/a.rs", "sleeps(x);\nsleep(x);\n")]), ["tests/a.rs:2"]);
    }

    #[test]
    fn unwrap_is_found() {
        assert!(finds(unwraps, "x.unwrap();\n"));
        assert!(!finds(unwraps, "x.unwrap_or(y);\n#[cfg(test)]\nmod t {\n    x.unwrap();\n}\n"));
    }

    #[test]
    fn what_is_unfinished_is_found() {
        for wrong in ["todo!()\n", "dbg!(x);\n", "#[ignore]\n", "// TODO: x\n", "/* FIXME */\n"] {
            assert!(finds(unfinished, wrong), "{wrong:?}");
        }
        assert!(!finds(unfinished, "let x = \"todo!() TODO\";\n"));
        assert_eq!(places(unfinished, &[("README.md", "a\nXXX\n")]), ["README.md:2"]);
    }

    #[test]
    fn every_name_on_a_list_is_needed() {
        for (names, word) in [(&UNSAFE[..], "unsafe"), (&SLEEPS[..], "sleep")] {
            for name in names {
                let named = |source: &&Source| is_named(source, &[name]);
                let mut sources = crate::tree::all().iter().filter(named);
                assert!(sources.any(|source| source.code.contains(word)), "{name}: no {word}");
            }
        }
    }
}
