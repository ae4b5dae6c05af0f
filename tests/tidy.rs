//! The house rules, as tests: so nobody has to remember them, and nobody has to argue.
//!
//! Each rule is a function from the repository's files to what it finds in them, and beside it
//! stands a test that it finds a small wrong example: a rule that can't fail is worth nothing.
//! `cargo test -p grader --test tidy -- --nocapture sizes` prints how large the stages are.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `tree.rs` | all text files of the repository |
//! | `source.rs` | one of them, line by line; `scan.rs` tells code from comments and strings |
//! | `items.rs` | where functions and the code of unit tests begin and end |
//! | `finding.rs` | what a rule finds, and how it is told |
//! | `text.rs` | rules about characters and lines |
//! | `heads.rs` | rules about the heads of files; `maps.rs`: about the tables in them |
//! | `length.rs` | rules about the length of files and functions; `sizes.rs`: of stages |
//! | `forbidden.rs` | what may stand nowhere, or in a few named files only |
//! | `words.rs` | the words we use |
//! | `manifests.rs` | which crates a stage may use, and where versions stand |

#[path = "tidy/finding.rs"]
mod finding;
#[path = "tidy/forbidden.rs"]
mod forbidden;
#[path = "tidy/heads.rs"]
mod heads;
#[path = "tidy/items.rs"]
mod items;
#[path = "tidy/length.rs"]
mod length;
#[path = "tidy/manifests.rs"]
mod manifests;
#[path = "tidy/maps.rs"]
mod maps;
#[path = "tidy/scan.rs"]
mod scan;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/text.rs"]
mod text;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/words.rs"]
mod words;

use finding::Rule;

/// Holds a rule against the repository, and tells all that it finds.
fn hold(rule: Rule) {
    let found = rule(tree::all());
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} found:\n{}\n", found.len(), lines.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    hold(heads::what_it_is);
}

#[test]
fn every_source_file_says_when_to_read_it() {
    hold(heads::when_to_read_it);
}

#[test]
fn every_map_shows_what_is_there() {
    hold(maps::what_is_there);
}

#[test]
fn every_file_is_read_in_one_sitting() {
    hold(length::of_files);
}

#[test]
fn every_function_is_read_at_a_glance() {
    hold(length::of_functions);
}

#[test]
fn sizes_of_the_stages() {
    println!("{}", sizes::table(tree::all()));
    hold(sizes::of_stages);
}

#[test]
fn lines_are_clean() {
    hold(text::clean);
}

#[test]
fn lines_of_code_fit_on_a_screen() {
    hold(text::narrow);
}

#[test]
fn tests_never_wait_for_a_time_and_servers_rarely() {
    hold(forbidden::sleeps);
}

#[test]
fn unsafe_stands_in_named_files_only() {
    hold(forbidden::unsafe_code);
}

#[test]
fn nothing_is_unwrapped_outside_of_tests() {
    hold(forbidden::unwraps);
}

#[test]
fn nothing_is_left_undone() {
    hold(forbidden::unfinished);
}

#[test]
fn we_use_the_standards_words() {
    hold(words::standard);
}

#[test]
fn each_stage_uses_its_own_crates() {
    hold(manifests::crates_of_stages);
}

#[test]
fn versions_stand_in_one_place() {
    hold(manifests::versions);
}

#[test]
fn the_lock_of_npm_names_no_registry() {
    hold(manifests::npm_lock);
}
