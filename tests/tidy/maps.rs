//! Rules about maps: the tables of files in the heads of `lib.rs`, of `mod.rs`, and of tests.
//!
//! A row names its files in the first column, in backticks: `a.rs`, or `a/` for a folder; the map
//! of the grader names modules and mentions some beside others, so there every column counts. A
//! column `reading` says what the heads of the files say.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::heads::{FIRST, HARDENING, starts};
use crate::source::{Source, is_test_file, numbered};

/// Each map names what is beside it, and nothing else.
pub fn what_is_there(all: &[Source]) -> Vec<Finding> {
    let maps = all.iter().filter(|source| source.name() == "lib.rs" || has_table(source));
    maps.flat_map(|map| missing(all, map).into_iter().chain(untrue(all, map))).collect()
}

fn has_table(source: &Source) -> bool {
    source.is_rust() && rows(source).next().is_some()
}

/// The rows below a table's head: their line, and their columns.
fn rows(map: &Source) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let lines =
        numbered(&map.text).map_while(|(line, text)| Some((line, text.strip_prefix("//!")?)));
    let rows = lines.filter_map(|(line, text)| Some((line, text.trim().strip_prefix('|')?)));
    rows.map(|(line, row)| (line, row.split('|').map(str::trim).collect())).skip(2)
}

/// Files and folders that the map does not name.
fn missing(all: &[Source], map: &Source) -> Vec<Finding> {
    let columns = rows(map).flat_map(|(_, columns)| columns);
    let named: BTreeSet<&str> = columns.flat_map(in_backticks).collect();
    let siblings = siblings(all, map);
    let missing = siblings.iter().filter(|name| {
        let module = name.trim_end_matches('/').trim_end_matches(".rs");
        !named.contains(name.as_str()) && !named.contains(module)
    });
    let remedy = "add a row for it";
    missing.map(|name| Finding::at(map, 1, format!("the map lacks {name}"), remedy)).collect()
}

/// Rows that name what is not there, or say of a file what its head does not say.
fn untrue(all: &[Source], map: &Source) -> Vec<Finding> {
    let siblings = siblings(all, map);
    let mut found = Vec::new();
    for (line, columns) in rows(map) {
        for name in in_backticks(columns[0]) {
            if !siblings.contains(name) && !siblings.contains(&format!("{name}.rs")) {
                let wrong = format!("the map names {name}, which is not there");
                found.push(Finding::at(map, line, wrong, "correct the row or take it out"));
            }
            let reading = columns.get(1).copied().and_then(reading);
            let path = format!("{}{name}", map.modules_folder());
            let file = all.iter().find(|source| source.path == path);
            if let (Some(word), Some(file)) = (reading, file)
                && !starts(file, word)
            {
                let wrong = format!("the map says {word:?} of {name}, and its head does not");
                found.push(Finding::at(map, line, wrong, "let the two agree"));
            }
        }
    }
    found
}

fn reading(column: &str) -> Option<&'static str> {
    match column {
        "first" => Some(FIRST),
        "hardening" => Some(HARDENING),
        _ => None,
    }
}

fn in_backticks(column: &str) -> impl Iterator<Item = &str> {
    column.split('`').skip(1).step_by(2)
}

/// The modules beside a map, or below it: `a.rs`, and `a/` if that is a folder with a `mod.rs`.
/// Programs have no place in the map of a library, nor have unit tests.
fn siblings(all: &[Source], map: &Source) -> BTreeSet<String> {
    let folder = map.modules_folder();
    let below = all.iter().filter(|source| source.is_rust() && source.path != map.path);
    let names = below.filter(|source| !is_test_file(all, source)).filter_map(|source| {
        let path = source.path.strip_prefix(&folder)?;
        match path.split_once('/') {
            None => Some(path.to_owned()).filter(|name| name != "main.rs"),
            Some((name, "mod.rs")) => Some(format!("{name}/")),
            Some(_) => None,
        }
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    const MAP: &str = "//! A map.\n//!\n//! | file | reading | what |\n//! | --- | --- | --- |\n";

    fn found(row: &str) -> Vec<String> {
        let map = format!("{MAP}//! | `a.rs` | first | x |\n{row}");
        let files = [
            ("s/src/lib.rs", map.as_str()),
            ("s/src/main.rs", ""),
            ("s/src/a.rs", "//! First reading: a.\n#[cfg(test)]\nmod tests;\n"),
            ("s/src/a/tests.rs", ""),
            ("s/src/b/mod.rs", ""),
            ("s/src/b/c.rs", ""),
        ];
        places(what_is_there, &files)
    }

    #[test]
    fn a_true_map_is_left_alone() {
        assert!(found("//! | `b/` | | x |\n").is_empty());
    }

    #[test]
    fn a_file_that_the_map_lacks_is_found() {
        assert_eq!(found(""), ["s/src/lib.rs:1"]);
    }

    #[test]
    fn a_row_without_a_file_is_found() {
        assert_eq!(found("//! | `b/`, `d.rs` | | x |\n"), ["s/src/lib.rs:6"]);
    }

    #[test]
    fn a_row_that_contradicts_a_head_is_found() {
        let again = "//! | `b/` | | x |\n//! | `a.rs` | hardening | x |\n";
        assert_eq!(found(again), ["s/src/lib.rs:7"]);
    }

    #[test]
    fn a_library_without_a_map_is_found() {
        assert_eq!(
            places(what_is_there, &[("s/lib.rs", "//! L.\n"), ("s/a.rs", "")]),
            ["s/lib.rs:1"]
        );
    }
}
