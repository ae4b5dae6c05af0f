//! `GRADE=grader`: grades the grader, with servers whose verdict is known beforehand.
//!
//! A broken server must pass the checks of all steps before its own, fail the one that is meant for
//! it, and show the learner the hint that fits.

use std::collections::BTreeMap;
use std::process::ExitCode;

use crate::check::Check;
use crate::grade::Asked;
use crate::handout;
use crate::harness::{self, Failed, Trial};
use crate::known::Broken;
use crate::lesson;
use crate::patience::patience;
use crate::stage::{Stage, Step};
use crate::target::Target;
use crate::trials::{Outcome, Run};

/// Seconds for all known servers of a stage together.
const SECONDS: f64 = 1800.0;

/// How often a broken server may pass the check that it is to fail.
const TRIES: usize = 3;

/// Runs the known servers that are named, or all of them.
pub(crate) fn grade(stage: &Stage, asked: &Asked) -> ExitCode {
    let run = Run::within(*stage, patience(SECONDS));
    let mut trials = vec![
        trial("every-scored-check-has-a-broken-server", &run, |run| all_are_named(run.stage())),
        trial("the-handout-says-what-the-steps-say", &run, |run| Ok(handout::holds(run.stage())?)),
        trial("the-untouched-starter-earns-nothing", &run, starter_earns_nothing),
        trial("python::README.md", &run, |run| Ok(lesson::is_sound(run.stage())?)),
    ];
    let worked = settled(stage, Target::command("worked", [stage.known.worked]));
    let core = stage.steps.iter().filter(|step| !is_stretch(stage, step));
    trials.extend(checks(stage, core).into_iter().map(|(check, alone)| {
        let worked = worked.clone();
        let holds = move |run: &Run| holds(run, check, alone, &worked);
        trial(&format!("worked::{}", check.id), &run, holds)
    }));
    for &(number, program) in stage.known.stretch {
        let target = settled(stage, Target::command(format!("stretch {number}"), [program]));
        let step = stage.steps.iter().filter(|step| step.number == number);
        trials.extend(checks(stage, step).into_iter().map(|(check, alone)| {
            let target = target.clone();
            let holds = move |run: &Run| holds(run, check, alone, &target);
            trial(&format!("stretch::{}", check.id), &run, holds)
        }));
    }
    trials.extend(stage.known.broken.iter().map(|&broken| {
        let name = if broken.name.is_empty() { "worked" } else { broken.name };
        let name = format!("broken::{name}::{}", broken.fails);
        trial(&name, &run, move |run| is_caught(run, &broken))
    }));
    trials.extend(lesson::known(stage).into_iter().map(|lesson| {
        trial(&format!("python::{}", lesson.file), &run, move |run| Ok(lesson.is_judged(run)?))
    }));
    harness::run(&asked.arguments, trials).exit_code()
}

fn trial(
    name: &str,
    run: &Run,
    prove: impl Fn(&Run) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let run = run.clone();
    Trial::test(name, move || prove(&run))
}

/// With the settings in which a learner's server runs.
pub(crate) fn settled(stage: &Stage, target: Target) -> Target {
    stage.settings.iter().fold(target, |target, (name, value)| target.env(name, value))
}

fn is_stretch(stage: &Stage, step: &Step) -> bool {
    stage.known.stretch.iter().any(|(number, _)| *number == step.number)
}

/// The checks of these steps, each once, and whether each needs the whole machine.
fn checks<'s>(stage: &Stage, steps: impl Iterator<Item = &'s Step>) -> Vec<(Check, bool)> {
    let mut ids: Vec<&str> = Vec::new();
    for id in steps.flat_map(Step::ids) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.into_iter().filter_map(|id| stage.find(id)).collect()
}

fn all_are_named(stage: &Stage) -> Result<(), Failed> {
    let scored = stage.steps.iter().flat_map(|step| step.checks);
    let is_named = |id: &str| stage.known.broken.iter().any(|broken| broken.fails == id);
    let lacking: Vec<&str> = scored.map(|scored| scored.id).filter(|id| !is_named(id)).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(format!("no broken server is there to fail {}", lacking.join(", ")).into())
}

fn starter_earns_nothing(run: &Run) -> Result<(), Failed> {
    let stage = run.stage();
    let starter = settled(stage, Target::command("starter", [stage.known.starter]));
    let mut known = BTreeMap::new();
    let mut passes = |id: &'static str| {
        *known.entry(id).or_insert_with(|| {
            let found = stage.find(id);
            found.is_some_and(|(check, alone)| run.judged(check, alone, &starter) == Outcome::Pass)
        })
    };
    for step in stage.steps {
        for scored in step.checks {
            // What a step needs is often the same as before, and known.
            if step.needs.iter().all(|id| passes(id)) && passes(scored.id) {
                return Err(format!("the untouched starter earns points for {}", scored.id).into());
            }
        }
    }
    Ok(())
}

/// The check passes, or can't be done on this machine.
fn holds(run: &Run, check: Check, alone: bool, target: &Target) -> Result<(), Failed> {
    match run.judged(check, alone, target) {
        Outcome::Pass => Ok(()),
        Outcome::Fail { story, .. } => Err(format!("{}\n{story}", check.title).into()),
        Outcome::LeftOut(why) => Err(Failed::left_out(why)),
        Outcome::NotRun(why) => Err(why.into()),
    }
}

/// Fails its own check for the right reason, and passes those of all core steps before.
fn is_caught(run: &Run, broken: &Broken) -> Result<(), Failed> {
    let stage = run.stage();
    let target = settled(stage, Target::command("broken", [stage.known.worked]));
    let target = target.env("BROKEN", broken.name);
    let own = stage.steps.iter().find(|step| step.ids().any(|id| id == broken.fails));
    let own = own.ok_or_else(|| format!("no step has a check named {}", broken.fails))?;
    let before = stage.steps.iter().filter(|step| !step.bonus && step.number < own.number);
    for (check, alone) in
        checks(stage, before).into_iter().filter(|(check, _)| check.id != broken.fails)
    {
        match run.judged(check, alone, &target) {
            Outcome::Pass => {}
            Outcome::Fail { story, .. } => {
                return Err(format!("it fails {}, of an earlier step\n{story}", check.id).into());
            }
            Outcome::LeftOut(why) => return Err(Failed::left_out(why)),
            Outcome::NotRun(why) => return Err(why.into()),
        }
    }
    let found = stage.find(broken.fails).ok_or("the check has vanished")?;
    // A fault that shows by its timing may be lucky, more often where many servers run.
    let outcome = (0..TRIES)
        .map(|_| run.judged(found.0, found.1, &target))
        .find(|outcome| *outcome != Outcome::Pass)
        .unwrap_or(Outcome::Pass);
    match outcome {
        Outcome::Fail { hint, .. } if hint.contains(broken.hint) => Ok(()),
        Outcome::Fail { story, .. } => {
            Err(format!("{} fails without the hint {:?}\n{story}", broken.fails, broken.hint)
                .into())
        }
        Outcome::Pass => Err(format!("{} passes, and was to fail", broken.fails).into()),
        Outcome::LeftOut(why) => Err(Failed::left_out(why)),
        Outcome::NotRun(why) => Err(why.into()),
    }
}
