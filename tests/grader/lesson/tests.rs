//! Rows that are misread, servers that nobody judges.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{Lesson, read};
use super::{earned, misfits, strays};
use crate::stage::{Scored, Step};

const SERVERS: &str = "| file | stage | points |\n| --- | ---: | --- |\n";
const FAILS: &str = "| file | stage | check | why |\n| --- | --- | --- | --- |\n";

fn names(files: &[&str]) -> BTreeSet<String> {
    files.iter().map(|&file| file.to_owned()).collect()
}

/// Two servers in the first table, and these rows in the second.
fn with_failures(rows: &str) -> Result<Vec<Lesson>, String> {
    read(&format!("# Text\n\n{SERVERS}| `a.py` | 1 | 12 |\n| `b.py` | 2 | 0 |\n\n{FAILS}{rows}"))
}

#[test]
fn both_tables_are_read() {
    let lessons = with_failures("| `b.py` | 2 | `one-check` | it can't, a `b` |\n").expect("sound");
    let fails = BTreeMap::from([("one-check".to_owned(), "it can't, a `b`".to_owned())]);
    let first = Lesson { file: "a.py".into(), stage: 1, points: 12, fails: BTreeMap::new() };
    let second = Lesson { file: "b.py".into(), stage: 2, points: 0, fails };
    assert_eq!(lessons, [first, second]);
}

#[test]
fn a_table_about_something_else_is_left_alone() {
    let other = "| name | it |\n| --- | --- |\n| `x` | y |\n\n";
    let text = format!("{other}{SERVERS}| `a.py` | 1 | 12 |\ntext\n\n{other}");
    assert_eq!(read(&text).expect("sound").len(), 1);
}

#[test]
fn no_rows_at_all_are_an_error() {
    for text in ["", "# Nothing\n", SERVERS] {
        assert!(read(text).is_err_and(|why| why.contains("names no server")), "{text:?}");
    }
}

#[test]
fn a_row_that_makes_no_sense_is_named() {
    for (row, why) in [
        ("| a.py | 1 | 12 |", "line 3: \"a.py\" should stand in backticks: | a.py | 1 | 12 |"),
        ("| `a.py` | one | 12 |", "\"one\" is no stage"),
        ("| `a.py` | 6 | 12 |", "\"6\" is no stage"),
        ("| `a.py` | 1 | twelve |", "\"twelve\" is no number of points"),
        ("| `a.py` | 1 | -1 |", "\"-1\" is no number of points"),
        ("| `a.py` | 1 |", "3 cells, and not 2"),
        ("| `a.py` | 1 | 12", "a row ends with |"),
        ("| `a.py` | 1 | 12 |\n| `a.py` | 1 | 12 |", "line 4: a.py is there twice for stage 1"),
    ] {
        let told = read(&format!("{SERVERS}{row}\n")).expect_err(row);
        assert!(told.contains(why), "{row}: {told}");
    }
}

#[test]
fn a_failure_that_makes_no_sense_is_named() {
    for (row, why) in [
        ("| `a.py` | 2 | `c` | why |", "the first table has no a.py for stage 2"),
        ("| `c.py` | 1 | `c` | why |", "the first table has no c.py for stage 1"),
        ("| `a.py` | 1 | c | why |", "\"c\" should stand in backticks"),
        ("| `a.py` | 1 | `c` | |", "it does not say why"),
        ("| `a.py` | 1 | `c` | one | two |", "4 cells, and not 5"),
        ("| `a.py` | 1 | `c` | one |\n| `a.py` | 1 | `c` | two |", "this check is there twice"),
    ] {
        let told = with_failures(row).expect_err(row);
        assert!(told.contains(why), "{row}: {told}");
    }
}

#[test]
fn a_misspelt_head_does_not_hide_its_rows() {
    let told = read("| file | stage | point |\n| --- | --- | --- |\n| `a.py` | 1 | 12 |\n");
    assert!(told.is_err_and(|why| why.contains("line 1: a table of servers begins with")));
}

#[test]
fn a_server_that_only_one_side_knows_is_named() {
    let lessons = with_failures("").expect("sound");
    assert_eq!(strays(&lessons, &names(&["a.py", "b.py"])), [""; 0]);
    let faults = strays(&lessons, &names(&["a.py", "c.py"]));
    assert!(faults[0].starts_with("b.py is in the tables, and no program"), "{faults:?}");
    assert!(faults[1].starts_with("c.py is in tests/python, and no row"), "{faults:?}");
}

#[test]
fn a_verdict_that_differs_is_told_line_by_line() {
    let lessons = with_failures("| `b.py` | 2 | `known` | it can't |\n").expect("sound");
    assert_eq!(lessons[1].compared(&names(&["known"]), 0), Ok(()));
    let told = lessons[1].compared(&names(&["new"]), 3).expect_err("all of it differs");
    let lines: Vec<&str> = told.lines().collect();
    let expected = [
        "it fails new, and the table does not say so",
        "it passes known; the table says that it fails: it can't",
        "it has 3 points, and the table says 0",
    ];
    assert_eq!(lines, expected);
}

fn step() -> Step {
    const CHECKS: &[Scored] = &[Scored::new("one", 1), Scored::new("two", 2)];
    let (title, task, page) = ("", "", "");
    Step { number: 1, title, task, bonus: false, checks: CHECKS, needs: &["need"], page }
}

#[test]
fn a_row_that_does_not_fit_the_steps_is_named() {
    let steps = [step(), Step { number: 2, bonus: true, ..step() }];
    let faults = |rows: &str| misfits(&with_failures(rows).expect("sound")[1], &steps);
    assert_eq!(faults("| `b.py` | 2 | `need` | it can't |\n"), [""; 0]);
    let row = "| `b.py` | 2 | `needs` | it can't |\n";
    let unknown = "b.py: no core step of stage 2 has a check needs";
    assert_eq!(faults(row), [unknown, "b.py: its checks leave 3 points, and its row says 0"]);
}

#[test]
fn a_step_whose_need_fails_is_worth_nothing() {
    let step = step();
    for (failed, points) in [(&[][..], 3), (&["two"], 1), (&["need"], 0), (&["other"], 3)] {
        assert_eq!(earned(&step, &names(failed)), points, "{failed:?}");
    }
}
