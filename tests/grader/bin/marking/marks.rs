//! All marks together: a table for the screen, CSV for a spreadsheet, JSON for a program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use grader::json::Json;

use super::mark::{self, Mark, State, name};
use super::options::Options;
use super::said;

const COLUMNS: &str = "id,stage,points,max,commit,time,bonus,max_bonus,state,next,note";

/// The marks of all submissions so far.
pub struct Marks {
    out: PathBuf,
    isolated: bool,
    all: Vec<Vec<Mark>>,
}

impl Marks {
    /// `isolated`: whether those that are made now are made in a sandbox.
    pub fn new(options: &Options, isolated: bool) -> Marks {
        Marks { out: options.out.clone(), isolated, all: Vec::new() }
    }

    /// The marks of one more submission.
    pub fn add(&mut self, marks: Vec<Mark>) {
        self.all.push(marks);
    }

    /// Writes `marks.csv` and `marks.json`.
    pub fn write(&self) -> Result<(), String> {
        let list = self.all.iter().flatten().map(|mark| mark.as_json(None));
        let members =
            [("isolated", Json::Flag(self.isolated)), ("marks", Json::List(list.collect()))];
        let json = Json::Object(members.into()).to_text();
        for (name, text) in [("marks.csv", self.csv()), ("marks.json", json)] {
            let file = self.out.join(name);
            mark::replace(&file, &text).map_err(|error| said(&file, &error))?;
        }
        Ok(())
    }

    fn csv(&self) -> String {
        let rows = self.all.iter().flatten().map(|mark| {
            let number = |number: u64| number.to_string();
            let cells = [
                mark.id.clone(),
                mark.stage.to_string(),
                mark.points().map_or_else(String::new, number),
                number(mark.max),
                mark.commit.clone(),
                mark.time.clone(),
                number(mark.bonus),
                number(mark.max_bonus),
                name(mark.state).to_owned(),
                mark.next.clone(),
                mark.note.clone(),
            ];
            cells.iter().map(|cell| quoted(cell)).collect::<Vec<String>>().join(",")
        });
        [COLUMNS.to_owned()].into_iter().chain(rows).map(|row| row + "\r\n").collect()
    }

    /// A line a submission, a column a stage.
    pub fn table(&self) -> String {
        let id = |marks: &[Mark]| marks.first().map_or(String::new(), |mark| shown(&mark.id));
        let widest = self.all.iter().map(|marks| id(marks).chars().count()).max().unwrap_or(0);
        let width = widest.max("id".len());
        let mut text = format!("{:width$}", "id");
        let stages: BTreeSet<u8> = self.all.iter().flatten().map(|mark| mark.stage).collect();
        // Writing to a String never fails.
        for stage in &stages {
            let _ = write!(text, "  stage {stage:<10}");
        }
        text.truncate(text.trim_end().len());
        text += "\n";
        for marks in &self.all {
            let _ = write!(text, "{:width$}", id(marks));
            for stage in &stages {
                let mark = marks.iter().find(|mark| mark.stage == *stage);
                let _ = write!(text, "  {:16}", mark.map_or_else(String::new, cell));
            }
            text.truncate(text.trim_end().len());
            text += "\n";
        }
        let out = self.out.display();
        text + &format!("\n{out}/marks.csv, marks.json, and reports/ with a folder for each\n")
    }
}

fn cell(mark: &Mark) -> String {
    match (mark.state, mark.bonus) {
        (State::Graded, 0) => mark.in_words(),
        (State::Graded, bonus) => format!("{} + {bonus}", mark.in_words()),
        (state, _) => name(state).to_owned(),
    }
}

/// A name from outside must not move the cursor.
fn shown(id: &str) -> String {
    id.chars()
        .flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] })
        .collect()
}

/// RFC 4180 s2: quoted where a comma, a quote or a line end stands in it, and quotes doubled.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[test]
fn cells_are_quoted_as_the_rfc_has_it() {
    assert_eq!(quoted("a b"), "a b");
    assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
    assert_eq!(shown("a\u{1b}[2J é"), "a\\u{1b}[2J é");
}
