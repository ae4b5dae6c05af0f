//! The words we use: those of the standards, and one for each thing.

use crate::finding::Finding;
use crate::source::{Source, numbered};

/// What not to say, and what to say.
const WORDS: [(&str, &str); 13] = [
    ("chunked encoding", "chunked transfer coding"),
    ("header block", "header section"),
    ("headers block", "header section"),
    ("payload", "content"),
    ("server socket", "listening socket"),
    ("client socket", "connection"),
    ("queue size", "backlog"),
    ("keep-alive connection", "persistent connection"),
    ("keepalive", "persistent connection"),
    ("app object", "application"),
    ("dead process", "terminated child"),
    ("dead child", "terminated child, or zombie"),
    ("defunct", "zombie"),
];

/// Comments and pages use the words of the standards.
pub fn standard(all: &[Source]) -> Vec<Finding> {
    let lines = all.iter().filter(|source| is_prose(source)).flat_map(|source| {
        numbered(&source.comments).map(move |(number, text)| (source, number, text.to_lowercase()))
    });
    let found = lines.flat_map(|(source, number, text)| {
        let wrong = WORDS.iter().filter(move |(wrong, _)| has_word(&text, wrong));
        wrong.map(move |(wrong, right)| {
            Finding::at(source, number, format!("{wrong:?}"), format!("say {right:?}"))
        })
    });
    found.collect()
}

fn is_prose(source: &Source) -> bool {
    [".rs", ".md", ".html"].iter().any(|extension| source.path.ends_with(extension))
}

/// Whether `text` has `word`, also in the plural, and not as a part of another word or name.
pub fn has_word(text: &str, word: &str) -> bool {
    let is_in_name = |character: char| character.is_alphanumeric() || "_-".contains(character);
    text.match_indices(word).any(|(at, _)| {
        let behind = &text[at + word.len()..];
        let behind = behind.strip_prefix('s').unwrap_or(behind);
        !text[..at].ends_with(is_in_name) && !behind.starts_with(is_in_name)
    })
}

#[test]
fn a_word_is_found_and_a_part_of_one_is_not() {
    assert!(has_word("two payloads.", "payload"));
    assert!(!has_word("a-payload-b payloaded", "payload"));
}

#[test]
fn a_wrong_word_is_found() {
    let files = [
        ("a.rs", "// The Chunked encoding.\nlet payload = \"payload\";\n"),
        ("b.md", "a\nheader blocks\n"),
        ("c.mjs", "// payload\n"),
    ];
    assert_eq!(crate::finding::places(standard, &files), ["a.rs:1", "b.md:2"]);
}
