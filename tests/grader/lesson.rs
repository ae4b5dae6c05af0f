//! Servers in Python whose verdict is known: the worked ones, and those of the lesson from which
//! this project descends, with its faults.
//!
//! `tests/python/README.md` says in tables which checks each of them fails and why. `table` reads
//! them; this holds them against the folder and against the checks.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::prove::settled;
use crate::stage::{Stage, Step};
use crate::target::Target;
use crate::trials::{Outcome, Run};

pub(crate) use table::Lesson;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
const README: &str = "tests/python/README.md";
const PYTHON: &str = "python3";

/// Ends with status 0 if this Python is new enough for the servers.
const IS_NEW_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 9))";

/// The servers of this stage. None, if the tables can't be read: [`is_sound`] says why.
pub(crate) fn known(stage: &Stage) -> Vec<Lesson> {
    let lessons = lessons().unwrap_or_default();
    lessons.into_iter().filter(|lesson| lesson.stage == stage.number).collect()
}

fn lessons() -> Result<Vec<Lesson>, String> {
    let text = fs::read_to_string(Path::new(FOLDER).join("README.md"));
    let text = text.map_err(|error| format!("{README}: {error}"))?;
    table::read(&text).map_err(|why| format!("{README}, {why}"))
}

/// Whether the tables can be trusted: they name every server in the folder and no other, only
/// checks that this stage has, and points that fit these.
pub(crate) fn is_sound(stage: &Stage) -> Result<(), String> {
    let lessons = lessons()?;
    let mut faults = strays(&lessons, &programs()?);
    for lesson in lessons.iter().filter(|lesson| lesson.stage == stage.number) {
        faults.extend(misfits(lesson, stage.steps));
    }
    if !faults.is_empty() {
        return Err(format!("{README}:\n{}", faults.join("\n")));
    }
    python_is_there()
}

/// The programs in the folder: what can be imported and not started is no server.
fn programs() -> Result<BTreeSet<String>, String> {
    let told = |error| format!("tests/python: {error}");
    let mut programs = BTreeSet::new();
    for entry in fs::read_dir(FOLDER).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        if fs::read_to_string(&path).map_err(told)?.contains("__main__") {
            programs.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(programs)
}

/// Servers that only one side knows, the tables or the folder.
fn strays(lessons: &[Lesson], programs: &BTreeSet<String>) -> Vec<String> {
    let named: BTreeSet<String> = lessons.iter().map(|lesson| lesson.file.clone()).collect();
    let gone = named.difference(programs).map(|file| {
        format!("{file} is in the tables, and no program of this name is in tests/python")
    });
    let unnamed = programs.difference(&named).map(|file| {
        format!("{file} is in tests/python, and no row says what it deserves: nobody judges it")
    });
    gone.chain(unnamed).collect()
}

/// Rows of this server that can't be right, whatever it does.
fn misfits(lesson: &Lesson, steps: &[Step]) -> Vec<String> {
    let Lesson { file, stage, points, fails } = lesson;
    let core = || steps.iter().filter(|step| !step.bonus);
    let ids: BTreeSet<&str> = core().flat_map(Step::ids).collect();
    let unknown = fails.keys().filter(|id| !ids.contains(id.as_str()));
    let mut faults: Vec<String> = unknown
        .map(|id| format!("{file}: no core step of stage {stage} has a check {id}"))
        .collect();
    let failed = fails.keys().cloned().collect();
    let left: u32 = core().map(|step| earned(step, &failed)).sum();
    if left != *points {
        faults.push(format!("{file}: its checks leave {left} points, and its row says {points}"));
    }
    faults
}

fn python_is_there() -> Result<(), String> {
    let output = Command::new(PYTHON).args(["-c", IS_NEW_ENOUGH]).output();
    let output = output.map_err(|error| {
        format!("{PYTHON} can't be started: {error}; install Python 3.9 or later")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{PYTHON} is older than 3.9, or does not work\n{stderr}"))
}

impl Lesson {
    /// Fails what the table says and nothing else, and has the points that the table says.
    pub(crate) fn is_judged(&self, run: &Run) -> Result<(), String> {
        python_is_there()?;
        let stage = run.stage();
        let command = [OsString::from(PYTHON), Path::new(FOLDER).join(&self.file).into()];
        let target = settled(stage, Target::command(&self.file, command));
        let core = || stage.steps.iter().filter(|step| !step.bonus);
        let mut failed = BTreeSet::new();
        let mut stories = String::new();
        for id in core().flat_map(Step::ids).collect::<BTreeSet<_>>() {
            let (check, alone) = stage.find(id).ok_or_else(|| format!("no check {id}"))?;
            match run.judged(check, alone, &target) {
                Outcome::Pass => {}
                Outcome::Fail { story, .. } => {
                    if !self.fails.contains_key(id) {
                        stories += &format!("\n{id}: {}\n{story}", check.title);
                    }
                    failed.insert(id.to_owned());
                }
                Outcome::NotRun(why) | Outcome::LeftOut(why) => return Err(format!("{id}: {why}")),
            }
        }
        let points = core().map(|step| earned(step, &failed)).sum();
        self.compared(&failed, points).map_err(|difference| difference + &stories)
    }

    /// Whether the tables say the same.
    fn compared(&self, failed: &BTreeSet<String>, points: u32) -> Result<(), String> {
        let expected: BTreeSet<String> = self.fails.keys().cloned().collect();
        let mut lines = Vec::new();
        for id in failed.difference(&expected) {
            lines.push(format!("it fails {id}, and the table does not say so"));
        }
        for id in expected.difference(failed) {
            lines.push(format!("it passes {id}; the table says that it fails: {}", self.fails[id]));
        }
        if points != self.points {
            lines.push(format!("it has {points} points, and the table says {}", self.points));
        }
        if lines.is_empty() { Ok(()) } else { Err(format!("{}\n", lines.join("\n"))) }
    }
}

/// What a step is worth to a server that fails these checks.
fn earned(step: &Step, failed: &BTreeSet<String>) -> u32 {
    if step.needs.iter().any(|id| failed.contains(*id)) {
        return 0;
    }
    let earned = step.checks.iter().filter(|scored| !failed.contains(scored.id));
    earned.map(|scored| scored.points).sum()
}
