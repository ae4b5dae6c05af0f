//! Grades a stage: the reference by all its checks, and the learner's server step by step.
//!
//! The environment says more: `GRADE=reference` runs the reference only; `GRADE=mine` the learner's
//! server only, and the exit status says whether it has all points;
//! `SERVER_CMD="python3 my_server.py"` grades that program in place of the learner's;
//! `GRADE_JSON=path` writes the result there. `GRADE=grader` grades the checks themselves.
//!
//! Without `GRADE`, a learner's server that falls short does not make `cargo test` fail: work that
//! is under way is no fault, and the stages after it are to be tested as well. `GRADE=exam`, which
//! the copy for an exam sets, is the same without the reference, which is missing there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::failure::Failure;
use crate::harness::Arguments;
use crate::interrupt;
use crate::learner::Learner;
use crate::result;
use crate::score::Score;
use crate::stage::Stage;
use crate::target::{MINE, REFERENCE, Target, typed_in};
use crate::tell;
use crate::trials::{Outcome, Record, Run};
use crate::{prove, some, whole};

/// Checks wait for servers far more than they work, so there are more of them than processors.
const THREADS: usize = 16;
/// As many descriptors as a check and its server's outputs take, unless it asks for more.
const DESCRIPTORS: u64 = 64;

/// Something is wrong with how the grader was asked.
const WRONG_USAGE: u8 = 2;

/// Whom to grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    Reference,
    Mine,
    Grader,
}

/// What the person who runs this has asked for.
pub(crate) struct Asked {
    pub arguments: Arguments,
    pub scope: Scope,
    /// Work that is under way is no failure, although nothing else is graded.
    pub is_exam: bool,
    pub json: Option<PathBuf>,
    pub learner: Learner,
}

/// Runs the checks of `stage` as the command line and the environment ask.
#[must_use]
pub fn grade(stage: &Stage) -> ExitCode {
    let asked = match asked(stage) {
        Ok(asked) => asked,
        Err(wrong) => {
            tell::err(wrong);
            return ExitCode::from(WRONG_USAGE);
        }
    };
    interrupt::watch();
    raise_descriptor_limit();
    let ways = match asked.scope {
        Scope::Grader => prove::grade,
        _ if asked.arguments.asks_for_all() => whole::grade,
        _ => some::grade,
    };
    let code = ways(stage, &asked);
    // Checks that were given up have left their servers behind.
    interrupt::kill_all();
    code
}

fn asked(stage: &Stage) -> Result<Asked, String> {
    let mut arguments = Arguments::from_args();
    arguments.threads = arguments.threads.or(Some(threads()));
    stage.verify()?;
    let grade = variable("GRADE");
    let scope = match grade.as_deref() {
        None => Scope::All,
        Some("reference") => Scope::Reference,
        Some("mine" | "exam") => Scope::Mine,
        Some("grader") => Scope::Grader,
        Some(other) => return Err(format!("GRADE is `reference` or `mine`, not `{other}`")),
    };
    let json = variable("GRADE_JSON").map(|path| result::place(&typed_in().join(path), stage));
    if let Some(file) = json.as_ref().filter(|_| !arguments.list) {
        result::remove(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let learner = Learner::find(stage, variable("SERVER_CMD").as_deref());
    let is_exam = grade.as_deref() == Some("exam");
    Ok(Asked { arguments, scope, is_exam, json, learner })
}

/// An environment variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

impl Asked {
    /// The learner's program, if there is one and it is to be graded.
    pub(crate) fn theirs(&self) -> Option<&Target> {
        match &self.learner {
            Learner::Ready { target, .. } if self.scope != Scope::Reference => Some(target),
            _ => None,
        }
    }

    /// Writes the result of `run` if somebody asked for it; `otherwise` says why a check has none.
    /// Whether that is done.
    pub(crate) fn save(&self, stage: &Stage, run: &Run, otherwise: &str) -> bool {
        let Some(file) = &self.json else {
            return true;
        };
        let graded = match (self.scope, self.theirs()) {
            (Scope::Reference, _) => REFERENCE,
            (_, Some(target)) => target.name(),
            (_, None) => MINE,
        };
        let score = Score::of(stage, &run.records(), graded, otherwise);
        let note = if graded == MINE && self.theirs().is_none() { otherwise } else { "" };
        let written = result::write(file, &result::text(stage, graded, &score, note));
        if let Err(error) = &written {
            tell::err(format_args!("{}: {error}", file.display()));
        }
        written.is_ok()
    }
}

/// As in `stage 4, reference: 96 of 96 checks pass (12 not run)`, and below it what could not be
/// looked at on this machine, with the reasons.
pub(crate) fn counted(stage: &Stage, target: &str, records: &[Record], all: usize) -> String {
    let own: Vec<&Record> = records.iter().filter(|one| one.target == target).collect();
    let passed = own.iter().filter(|one| one.outcome == Outcome::Pass).count();
    let mut lacking: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &own {
        if let Outcome::LeftOut(why) = &record.outcome {
            *lacking.entry(why).or_default() += 1;
        }
    }
    let left_out: usize = lacking.values().sum();
    let notes = [(all.saturating_sub(own.len()), "not run"), (left_out, "skipped")];
    let notes = notes.iter().filter(|(count, _)| *count > 0);
    let notes: Vec<String> = notes.map(|(count, what)| format!("{count} {what}")).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let (number, total) = (stage.number, own.len() - left_out);
    let label = label(target);
    let mut text = format!("stage {number}, {label}: {passed} of {total} checks pass{notes}");
    for (why, count) in lacking {
        text += &format!("\n  {count} skipped: {why}");
    }
    text
}

/// What a person calls the target of this name.
pub(crate) fn label(target: &str) -> &str {
    if target == MINE { "your server" } else { target }
}

/// How many checks run at a time: fewer where few descriptors are allowed.
fn threads() -> usize {
    usize::try_from(descriptors() / DESCRIPTORS).unwrap_or(THREADS).clamp(1, THREADS)
}

/// Some systems start with 256 descriptors, fewer than some checks open at once.
fn raise_descriptor_limit() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // If it can't be raised, the checks that need more will say so.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// How many descriptors this process may have, and each of its children.
fn descriptors() -> u64 {
    getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(_, hard)| hard)
}

/// For a check whose clients or whose server open so many descriptors.
///
/// # Errors
///
/// So many are not allowed here.
pub fn need_descriptors(needed: u64) -> Result<(), Failure> {
    let allowed = descriptors();
    if allowed >= needed {
        return Ok(());
    }
    Err(Failure::left_out(format_args!(
        "{needed} descriptors are needed, and {allowed} are allowed (ulimit -Hn)"
    )))
}
