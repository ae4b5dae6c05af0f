//! A whole run: a line for the reference, and the learner's score, step by step.
//!
//! The harness runs the checks; what it would print is not shown, for it prints in the order in
//! which checks end, and a learner needs the order of the steps.

use std::process::ExitCode;

use crate::grade::{Asked, Scope, counted, label};
use crate::harness::{self, Arguments};
use crate::learner::{self, Learner};
use crate::random;
use crate::report;
use crate::score::Score;
use crate::stage::Stage;
use crate::target::{MINE, REFERENCE, Target, typed_in};
use crate::tell;
use crate::trials::{Outcome, Record, Run, jobs};

/// Why no check is run against a copy of the starter.
const UNTOUCHED: &str = "this is the starter as it was handed out";

/// Runs everything that is asked for.
pub(crate) fn grade(stage: &Stage, asked: &Asked) -> ExitCode {
    let silent = Arguments { silent: true, ..asked.arguments.clone() };
    let mut fails = false;
    if asked.scope != Scope::Mine {
        fails |= !reference(stage, asked, &silent);
    }
    if asked.scope != Scope::Reference {
        let complete = learners(stage, asked, &silent);
        fails |= asked.scope == Scope::Mine && !asked.is_exam && !complete;
    }
    if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether the reference passes its checks. A learner's server that is graded too is not kept waiting
/// for those that earn it nothing.
fn reference(stage: &Stage, asked: &Asked, silent: &Arguments) -> bool {
    let run = Run::new(*stage);
    let target = Target::reference(stage.reference);
    let is_alone = asked.scope == Scope::Reference || asked.theirs().is_none();
    let earns = |id| stage.scored().iter().any(|(check, _)| check.id == id);
    let checks = stage.all().filter(|(check, _)| is_alone || earns(check.id));
    let conclusion = harness::run(silent, run.trials(&target, jobs(checks), ""));
    let records = run.records();
    let count = counted(stage, REFERENCE, &records, stage.all().count());
    let _ = tell::out(format_args!("{}{count}\n", told(&records, asked.theirs().is_some())));
    let saved = asked.scope != Scope::Reference || asked.save(stage, &run, "");
    saved && !conclusion.has_failed()
}

/// Whether the learner's server has all points.
fn learners(stage: &Stage, asked: &Asked, silent: &Arguments) -> bool {
    let run = Run::new(*stage);
    let Learner::Ready { target, untouched } = &asked.learner else {
        let (text, why) = not_graded(stage, &asked.learner);
        let _ = tell::out(format_args!("{text}\n"));
        asked.save(stage, &run, &why);
        return false;
    };
    let otherwise = if *untouched {
        // Its points are known, and some checks wait long for what it does not do.
        UNTOUCHED
    } else {
        let trials = run.trials(target, jobs(stage.scored()), "");
        // Each outcome is in the records.
        let _ = harness::run(silent, trials);
        "the check was not reached"
    };
    let score = Score::of(stage, &run.records(), target.name(), otherwise);
    let _ = tell::out(format_args!("\n{}\n", verdict(stage, target, &score, *untouched)));
    asked.save(stage, &run, otherwise) && score.is_complete()
}

/// The score for a person, up to its last line.
pub(crate) fn verdict(stage: &Stage, target: &Target, score: &Score, untouched: bool) -> String {
    let (number, label) = (stage.number, label(target.name()));
    let (place, command) = if target.name() == MINE {
        (String::new(), String::new())
    } else {
        let place = format!(" (started in {})", typed_in().display());
        (place, format!("SERVER_CMD='{}' ", target.name().replace('\'', "'\\''")))
    };
    let steps = report::steps(stage, score, untouched, &command);
    let last = report::last_line(stage, label, score);
    format!("stage {number}, {label}{place}\n{steps}\n{last}")
}

/// Why there is nothing to grade, for a person and in short. Its last line says what to do.
pub(crate) fn not_graded(stage: &Stage, learner: &Learner) -> (String, String) {
    let (number, package) = (stage.number, stage.package);
    if let Learner::NotOwn(why) = learner {
        let points = stage.points;
        return (format!("stage {number}, your server: 0 of {points} points; {why}"), why.clone());
    }
    let start = format!("cp -n {package}/starter.rs {}", stage.mine_path());
    let mut lines = learner::how_to_start(stage);
    lines.push(format!("stage {number}, your server: not started; to start: {start}"));
    (lines.join("\n"), "not started".into())
}

/// What of the reference failed, each with its story; and, if a learner's server is graded after it,
/// that it is another one.
fn told(records: &[Record], is_before_theirs: bool) -> String {
    let mut text = String::new();
    for Record { id, title, outcome, .. } in records {
        match outcome {
            Outcome::Pass => {}
            Outcome::Fail { story, .. } => text += &format!("{id}: {title}\n{story}\n"),
            Outcome::NotRun(why) => text += &format!("{id}: {why}\n"),
            Outcome::LeftOut(_) => {}
        }
    }
    if !text.is_empty() {
        if is_before_theirs {
            text += "This is our server, not yours; your points stand below.\n";
        }
        text += &format!("GRADE_SEED={} makes the same random choices again\n", random::seed());
    }
    text
}

#[cfg(test)]
pub(crate) mod tests;
