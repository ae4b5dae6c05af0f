//! The rules that the pages are held to, each a test.

use crate::files::Files;
use crate::finding::Rule;
use crate::{cited, examples, fences, headings, includes, links, pictures};

/// Holds a rule against the book, and tells all that it finds.
fn hold(rule: Rule) {
    let found = rule(Files::all());
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} found:\n{}\n", found.len(), lines.join("\n"));
}

#[test]
fn sessions_are_well_formed() {
    hold(fences::sessions);
}

#[test]
fn few_sessions_are_left_out() {
    hold(fences::untested);
}

#[test]
fn fences_have_a_language() {
    hold(fences::languages);
}

#[test]
fn rust_is_included_and_never_pasted() {
    hold(fences::rust_is_included);
}

#[test]
fn patches_change_what_is_there() {
    hold(fences::patches_fit);
}

#[test]
fn examples_in_rust_run() {
    let wrong = examples::run(Files::all());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn includes_are_there() {
    hold(includes::resolve);
}

#[test]
fn rules_of_checks_cite_what_can_be_opened() {
    hold(cited::can_be_opened);
}

#[test]
fn links_lead_somewhere() {
    hold(links::resolve);
}

#[test]
fn pages_are_in_the_summary() {
    hold(links::summary);
}

#[test]
fn files_that_are_named_are_there() {
    hold(links::named_files);
}

#[test]
fn headings_are_in_order() {
    hold(headings::in_order);
}

#[test]
fn pictures_are_well_formed() {
    hold(pictures::well_formed);
}

#[test]
fn pictures_stand_in_figures() {
    hold(pictures::in_figures);
}
