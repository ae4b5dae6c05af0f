//! Servers in Python whose verdict is known: the worked ones, and those of the lesson from which
//! this project descends, with its faults.
//!
//! `tests/python/README.md` says in a table which checks each of them fails and why; this reads the
//! table and holds it against the checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::prove::settled;
use crate::stage::{Stage, Step};
use crate::target::Target;
use crate::trials::{Outcome, Run};

/// A server in Python, and what it deserves.
pub(crate) struct Lesson {
    /// Below `tests/python`.
    pub file: String,
    points: u32,
    /// The checks of core steps that it fails.
    fails: BTreeSet<String>,
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");

/// The servers of this stage in the tables of the README: `| file | stage | points |` for each
/// server, and `| file | stage | check | why |` for each check that one fails.
pub(crate) fn known(stage: &Stage) -> Vec<Lesson> {
    let markdown = fs::read_to_string(Path::new(FOLDER).join("README.md")).unwrap_or_default();
    let mut found: Vec<Lesson> = Vec::new();
    for line in markdown.lines() {
        let Some(row) = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            continue;
        };
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        match cells[..] {
            [file, number, points] if is(stage, number) => {
                let points = points.parse().unwrap_or(u32::MAX);
                found.push(Lesson { file: file.to_owned(), points, fails: BTreeSet::new() });
            }
            [file, number, check, _why] if is(stage, number) => {
                let lesson = found.iter_mut().find(|lesson| lesson.file == file);
                lesson.into_iter().for_each(|one| _ = one.fails.insert(check.to_owned()));
            }
            _ => {}
        }
    }
    found
}

fn is(stage: &Stage, cell: &str) -> bool {
    cell.parse() == Ok(stage.number)
}

impl Lesson {
    /// Fails what the table says and nothing else, and has the points that the table says.
    pub(crate) fn is_judged(&self, run: &Run) -> Result<(), String> {
        let stage = run.stage();
        let file = Path::new(FOLDER).join(&self.file);
        let command = ["python3".into(), file.into_os_string()];
        let target = settled(stage, Target::command(&self.file, command));
        let mut failed = BTreeSet::new();
        let mut points = 0;
        let mut stories = String::new();
        for step in stage.steps.iter().filter(|step| !step.bonus) {
            for id in step.ids().collect::<BTreeSet<_>>() {
                let Some((check, alone)) = stage.find(id) else { continue };
                if failed.contains(id) {
                    continue;
                }
                if let Outcome::Fail { story, .. } = run.judged(check, alone, &target) {
                    stories += &format!("{id}: {}\n{story}\n", check.title);
                    failed.insert(id.to_owned());
                }
            }
            points += earned(step, &failed);
        }
        if failed == self.fails && points == self.points {
            return Ok(());
        }
        let (surplus, lacking) = (&failed - &self.fails, &self.fails - &failed);
        Err(format!(
            "it has {points} points, and the table says {}; it fails {surplus:?} against the table, \
             and passes {lacking:?} against it\n{stories}",
            self.points
        ))
    }
}

fn earned(step: &Step, failed: &BTreeSet<String>) -> u32 {
    if step.needs.iter().any(|id| failed.contains(*id)) {
        return 0;
    }
    let earned = step.checks.iter().filter(|scored| !failed.contains(scored.id));
    earned.map(|scored| scored.points).sum()
}
