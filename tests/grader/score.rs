//! What the checks of a run are worth: points for each step, and which step is next.

use crate::stage::{Scored, Stage, Step};
use crate::trials::{Outcome, Record};

/// The points of one server.
#[derive(Debug)]
pub(crate) struct Score {
    pub steps: Vec<StepScore>,
}

/// One step of them.
#[derive(Debug)]
pub(crate) struct StepScore {
    pub step: Step,
    pub checks: Vec<CheckScore>,
}

/// One check of a step.
#[derive(Debug)]
pub(crate) struct CheckScore {
    pub scored: Scored,
    /// What was looked at: the check itself or, if that holds, what the step needs besides.
    pub id: &'static str,
    pub title: &'static str,
    pub outcome: Outcome,
    pub milliseconds: u128,
}

impl Score {
    /// From the records of `target`; `otherwise` says why a check has none.
    pub(crate) fn of(stage: &Stage, records: &[Record], target: &str, otherwise: &str) -> Score {
        let records: Vec<&Record> = records.iter().filter(|one| one.target == target).collect();
        let find = |id| stage.find(id).map(|(check, _)| record(&records, check, otherwise));
        let steps = stage.steps.iter().map(|&step| {
            let needed: Option<Record> = step
                .needs
                .iter()
                .filter_map(|id| find(id))
                .find(|record| record.outcome != Outcome::Pass);
            let checks = step.checks.iter().filter_map(|&scored| {
                let own = find(scored.id)?;
                let milliseconds = own.milliseconds;
                let told = match (&own.outcome, &needed) {
                    (Outcome::Pass, Some(needed)) => needed.clone(),
                    _ => own,
                };
                let Record { id, title, outcome, .. } = told;
                Some(CheckScore { scored, id, title, outcome, milliseconds })
            });
            StepScore { step, checks: checks.collect() }
        });
        Score { steps: steps.collect() }
    }

    /// Points earned, bonus apart.
    pub(crate) fn points(&self) -> u32 {
        self.sum(false, StepScore::earned)
    }

    /// Points that can be earned, bonus apart.
    pub(crate) fn max(&self) -> u32 {
        self.sum(false, |one| one.step.points())
    }

    pub(crate) fn bonus(&self) -> u32 {
        self.sum(true, StepScore::earned)
    }

    pub(crate) fn max_bonus(&self) -> u32 {
        self.sum(true, |one| one.step.points())
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.points() == self.max()
    }

    /// The first step that falls short.
    pub(crate) fn next(&self) -> Option<&StepScore> {
        self.steps.iter().find(|one| !one.is_complete())
    }

    fn sum(&self, bonus: bool, points: impl Fn(&StepScore) -> u32) -> u32 {
        self.steps.iter().filter(|one| one.step.bonus == bonus).map(points).sum()
    }
}

impl StepScore {
    pub(crate) fn earned(&self) -> u32 {
        self.checks.iter().map(CheckScore::earned).sum()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.earned() == self.step.points()
    }

    /// The checks that hold, and count only once this one does.
    pub(crate) fn waiting_for(&self, id: &str) -> Vec<&'static str> {
        let waiting = self.checks.iter().filter(|one| one.id == id && one.scored.id != id);
        waiting.map(|one| one.scored.id).collect()
    }

    /// The checks that fall short.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &CheckScore> {
        self.checks.iter().filter(|one| one.outcome != Outcome::Pass)
    }
}

impl CheckScore {
    pub(crate) fn earned(&self) -> u32 {
        if self.outcome == Outcome::Pass { self.scored.points } else { 0 }
    }
}

/// How a check went, also one that did not have its turn.
fn record(records: &[&Record], check: crate::check::Check, otherwise: &str) -> Record {
    let found = records.iter().find(|record| record.id == check.id);
    found.map_or_else(
        || Record {
            target: String::new(),
            id: check.id,
            title: check.title,
            outcome: Outcome::NotRun(otherwise.to_owned()),
            milliseconds: 0,
        },
        |&record| record.clone(),
    )
}
