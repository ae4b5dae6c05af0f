//! The page of limits: each constant has the value that the page says, each switch is in the help
//! of its stages, and each stage of a row has one of the checks that the row names.

use std::ops::RangeInclusive;

use crate::files::Files;
use crate::finding::Finding;

/// The page. Its tables with six columns are read: what, constant, switch, what is done, stages,
/// checks.
const PAGE: &str = "book/src/hard/limits.md";
const COLUMNS: usize = 6;
const CORPUS: &str = "tests/requests/README.md";
/// The folder's name tells the stage.
const STAGES: [&str; 5] =
    ["stage1-echo", "stage2-single-request", "stage3-gateway", "stage4-fork", "stage5-async"];

/// Every row of the page is true.
pub fn are_true(files: &Files) -> Vec<Finding> {
    let lines = files.text(PAGE).unwrap_or_default().lines().enumerate();
    let mut found = Vec::new();
    for (at, line) in lines {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let is_row = line.starts_with('|') && cells.len() == COLUMNS;
        if !is_row || cells[0] == "what" || cells[0].starts_with("--") {
            continue;
        }
        let wrong = wrong_in(files, &cells);
        found.extend(wrong.into_iter().map(|wrong| {
            Finding::new(PAGE, at + 1, wrong, "change the row, or what it speaks of")
        }));
    }
    found
}

fn wrong_in(files: &Files, cells: &[&str]) -> Vec<String> {
    let Some(stages) = range(cells[4]) else {
        return vec![format!("{:?} is neither a stage nor a range of them", cells[4])];
    };
    let mut wrong = Vec::new();
    if let [path, constant] = code(cells[1])[..]
        && !defines(files.text(path).unwrap_or_default(), constant)
    {
        wrong.push(format!("{path} does not say `{constant}`"));
    }
    for switch in code(cells[2]) {
        let silent = stages.clone().filter(|stage| !has_switch(files, *stage, switch));
        wrong.extend(silent.map(|stage| format!("--help of stage {stage} has no {switch}")));
    }
    let checks = code(cells[5]);
    for id in &checks {
        if stages_of(files, id).is_empty() {
            wrong.push(format!("there is no check or request {id}"));
        }
    }
    let covered: Vec<u8> = checks.iter().flat_map(|id| stages_of(files, id)).collect();
    let bare = stages.filter(|stage| !covered.contains(stage));
    wrong.extend(bare.map(|stage| format!("no check of stage {stage} is named")));
    wrong
}

/// What stands in backticks.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn range(cell: &str) -> Option<RangeInclusive<u8>> {
    let (first, last) = cell.split_once('-').unwrap_or((cell, cell));
    Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
}

/// Whether a line of the source is `const NAME: type = VALUE;`, for a `constant` of `NAME = VALUE`.
fn defines(source: &str, constant: &str) -> bool {
    let Some((name, value)) = constant.split_once(" = ") else { return false };
    source.lines().any(|line| {
        let line = line.trim_start_matches("pub ");
        line.starts_with(&format!("const {name}: ")) && line.ends_with(&format!(" = {value};"))
    })
}

fn has_switch(files: &Files, stage: u8, switch: &str) -> bool {
    let main = STAGES.get(usize::from(stage) - 1).map(|folder| format!("{folder}/src/main.rs"));
    let text = main.and_then(|path| files.text(&path)).unwrap_or_default();
    text.lines().any(|line| line.trim_start().starts_with(&format!("{switch}=")))
}

/// The stages that have this check, or send this request of the corpus.
fn stages_of(files: &Files, id: &str) -> Vec<u8> {
    if id.ends_with(".http") {
        let rows = files.text(CORPUS).unwrap_or_default().lines();
        let mut rows = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<&str>>());
        let row = rows.find(|cells| cells.get(1) == Some(&id));
        return row.and_then(|cells| range(cells[2])).map(Iterator::collect).unwrap_or_default();
    }
    let line = format!("id: \"{id}\",");
    let with = files.below("tests/", ".rs").filter(|(_, text)| text.contains(&line));
    with.flat_map(|(path, _)| stages_of_file(path)).collect()
}

/// `tests/stageN/` is for one stage; what lies in the grader is for all that have a gateway.
fn stages_of_file(path: &str) -> RangeInclusive<u8> {
    let number = path.strip_prefix("tests/stage").and_then(|rest| rest.get(..1)?.parse().ok());
    match number {
        Some(number) => number..=number,
        None if path.ends_with("/sequential.rs") => 2..=3,
        None if path.ends_with("/faults/accepting.rs") => 1..=5,
        None => 3..=5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "| x | `stage3-gateway/src/a.rs` `MOST = 8 * 4` | `SIZE` | 413 | 3 | \
                       `too-much`, `a.http` |";

    fn finds(row: &str) -> usize {
        let files = [
            (PAGE, row),
            ("stage3-gateway/src/a.rs", "pub const MOST: u64 = 8 * 4;\n"),
            ("stage3-gateway/src/main.rs", "  SIZE=32   bytes\n"),
            ("tests/stage3/a.rs", "id: \"too-much\",\n"),
            (CORPUS, "| a.http | 3-5 | 400 | why |\n"),
        ];
        are_true(&Files::of(&files)).len()
    }

    #[test]
    fn a_row_that_is_not_true_is_found() {
        assert_eq!(finds(ROW), 0);
        for (right, wrong) in [
            ("8 * 4", "8 * 5"),
            ("MOST", "LEAST"),
            ("SIZE", "LENGTH"),
            ("too-much", "too-few"),
            ("a.http", "b.http"),
            ("| 3 |", "| 2-3 |"),
            ("| 3 |", "| all |"),
        ] {
            assert_ne!(finds(&ROW.replace(right, wrong)), 0, "{wrong}");
        }
    }
}
