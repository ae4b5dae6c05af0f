//! What each stage brings: a table that is made from its source, so that it stays true.
//!
//! `tests/stageN/changed.md` holds it, and the stage's first page includes that file. With
//! `SNAPSHOTS=overwrite` the test writes it anew.

use std::collections::BTreeSet;
use std::fs;

use crate::files::{Files, root};
use crate::finding::Finding;

/// The stages, in their order.
const STAGES: [&str; 5] =
    ["stage1-echo", "stage2-single-request", "stage3-gateway", "stage4-fork", "stage5-async"];

/// Each table says what its stage's source says.
pub fn is_true(files: &Files) -> Vec<Finding> {
    let mut found = Vec::new();
    for number in 1..STAGES.len() {
        let path = format!("tests/stage{}/changed.md", number + 1);
        let table = table(files, number);
        if files.text(&path) == Some(table.as_str()) {
            continue;
        }
        if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
            fs::write(root().join(&path), table).expect("the repository can be written to");
            continue;
        }
        let remedy = "SNAPSHOTS=overwrite cargo test -p grader --test book changed renews it";
        found.push(Finding::new(&path, 1, "the table is not what the source says", remedy));
    }
    found
}

fn table(files: &Files, number: usize) -> String {
    let stage = STAGES[number];
    let src = format!("{stage}/src/");
    let sources: Vec<(&str, &str)> = files.below(&src, ".rs").collect();
    let first = sources.iter().filter(|(path, text)| {
        let is_beside = ["/demo/", "/validator/", "/python/"].iter().any(|it| path.contains(it));
        text.starts_with("//! First reading:") && !is_beside
    });
    let first = first.map(|(path, _)| format!("`{}`", path.trim_start_matches(&src)));
    let mut rows = vec![("to read first".to_owned(), first.collect::<Vec<String>>().join(", "))];
    for (at, earlier) in STAGES[..number].iter().enumerate() {
        let used = modules(&sources, earlier);
        if !used.is_empty() {
            rows.push((format!("taken from stage {}", at + 1), used));
        }
    }
    let news = new_crates(files, number);
    let none = "none".to_owned();
    rows.push(("new crates".to_owned(), if news.is_empty() { none } else { news }));
    let rows = rows.iter().map(|(what, names)| format!("| {what} | {names} |\n"));
    format!("| what | in `{stage}` |\n| --- | --- |\n{}", rows.collect::<String>())
}

/// The modules of an earlier stage that these sources use.
fn modules(sources: &[(&str, &str)], earlier: &str) -> String {
    let prefix = format!("use {}::", earlier.replace('-', "_"));
    let lines = sources.iter().flat_map(|(_, text)| text.lines());
    let used = lines.filter_map(|line| {
        let path = line.strip_prefix(&prefix)?.split(['{', ';']).next()?;
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let is_module = |part: &&&str| part.starts_with(|c: char| c.is_lowercase());
        let modules: Vec<&str> = parts.iter().take_while(is_module).copied().collect();
        // The last lower-case name is a function, unless a type or a list follows it.
        let is_all = modules.len() == parts.len() && parts.len() > 1 && !line.contains('{');
        let modules = if is_all { &modules[..modules.len() - 1] } else { &modules[..] };
        Some(format!("`{}`", modules.join("::")))
    });
    used.collect::<BTreeSet<String>>().into_iter().collect::<Vec<String>>().join(", ")
}

/// The crates that this stage needs and none before it did.
fn new_crates(files: &Files, number: usize) -> String {
    let crates = |stage: &str| -> BTreeSet<String> {
        let manifest = files.text(&format!("{stage}/Cargo.toml")).unwrap_or_default();
        let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
        let names = lines.take_while(|line| !line.starts_with('['));
        let names = names.filter_map(|line| line.split(['.', ' ', '=']).next());
        names
            .filter(|name| !name.is_empty() && !name.starts_with("stage"))
            .map(str::to_owned)
            .collect()
    };
    let before: BTreeSet<String> =
        STAGES[..number].iter().flat_map(|stage| crates(stage)).collect();
    let news = crates(STAGES[number]).into_iter().filter(|name| !before.contains(name));
    news.map(|name| format!("`{name}`")).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_made_from_the_source() {
        let files = Files::of(&[
            ("stage1-echo/Cargo.toml", "[dependencies]\nnix = \"1\"\n"),
            (
                "stage2-single-request/Cargo.toml",
                "[dependencies]\nnix.workspace = true\na = \"1\"\n",
            ),
            (
                "stage2-single-request/src/b.rs",
                "//! First reading: b.\nuse stage1_echo::listen::listening_socket;\n\
                 use stage1_echo::contract::{Failure, exit};\n",
            ),
            ("stage2-single-request/src/c.rs", "//! Hardening: c.\n"),
        ]);
        assert_eq!(
            table(&files, 1),
            "| what | in `stage2-single-request` |\n| --- | --- |\n| to read first | `b.rs` |\n\
             | taken from stage 1 | `contract`, `listen` |\n| new crates | `a` |\n"
        );
        assert_eq!(is_true(&files).len(), 4);
    }
}
