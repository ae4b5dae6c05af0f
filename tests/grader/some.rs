//! The checks that a command line names, listed and told as in any Rust test: filters, `--exact`,
//! `--list` and cargo-nextest. A learner's checks have `mine::` before their name, except where
//! `GRADE=mine` leaves no doubt.

use std::fmt::Display;
use std::process::ExitCode;

use crate::grade::{Asked, Scope, counted};
use crate::harness;
use crate::learner::Learner;
use crate::random;
use crate::stage::Stage;
use crate::target::{REFERENCE, Target};
use crate::tell;
use crate::trials::{Run, jobs};
use crate::whole::not_graded;

/// Runs what is named. The exit status says whether all of it passes.
pub(crate) fn grade(stage: &Stage, asked: &Asked) -> ExitCode {
    let run = Run::new(*stage);
    let mut trials = Vec::new();
    if asked.scope != Scope::Mine {
        let reference = Target::reference(stage.reference);
        trials.extend(run.trials(&reference, jobs(stage.all()), ""));
    }
    if let Some(target) = asked.theirs() {
        let prefix = if asked.scope == Scope::Mine { "" } else { "mine::" };
        trials.extend(run.trials(target, stage.scored_with_needs(), prefix));
    }
    let conclusion = harness::run(&asked.arguments, trials);
    if asked.arguments.list {
        return ExitCode::SUCCESS;
    }
    if conclusion.has_failed() {
        let seed = random::seed();
        line(format_args!("GRADE_SEED={seed} makes the same random choices again"));
    }
    let ran = conclusion.passed + conclusion.failed;
    let found = summary(stage, asked, &run, ran);
    let saved = asked.save(stage, &run, "not asked for");
    if found && saved { conclusion.exit_code() } else { ExitCode::FAILURE }
}

/// Prints a line for each server that was looked at. False if the one that was to be graded was
/// not: a check that nobody ran must not look like one that passed. `ran` were asked for; others
/// ran because one of these needs them.
fn summary(stage: &Stage, asked: &Asked, run: &Run, ran: usize) -> bool {
    let records = run.records();
    if asked.scope != Scope::Mine {
        line(counted(stage, REFERENCE, &records, stage.all().count()));
    }
    if asked.scope == Scope::Reference {
        return true;
    }
    let Learner::Ready { target, .. } = &asked.learner else {
        if asked.scope == Scope::Mine {
            line(not_graded(stage, &asked.learner).0);
        }
        return asked.scope != Scope::Mine;
    };
    let needed = match records.len().saturating_sub(ran) {
        0 => String::new(),
        count => format!("; {count} of them only because another one needs it"),
    };
    let ran = records.iter().any(|record| record.target == target.name());
    if ran {
        let all = stage.scored_with_needs().len();
        let count = counted(stage, target.name(), &records, all);
        line(format_args!("{count}{needed}"));
    } else if asked.scope == Scope::Mine {
        let package = stage.package;
        line(format_args!(
            "stage {}, no check was run: none has such a name; cargo test -p {package} -- --list \
             shows them all",
            stage.number
        ));
    }
    ran || asked.scope != Scope::Mine
}

/// Whoever reads no further still gets the exit status.
fn line(text: impl Display) {
    let _ = tell::out(format_args!("{text}\n"));
}
