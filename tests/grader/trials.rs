//! Runs checks against a server, many at a time, and remembers how each of them went.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use crate::check::Check;
use crate::harness::{Failed, Trial};
use crate::hints;
use crate::judge::judge;
use crate::launch::NO_OUTPUT;
use crate::patience::{RUN_SECONDS, patience};
use crate::stage::Stage;
use crate::target::{REFERENCE, Target};

/// How a check went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Pass,
    Fail {
        what: String,
        hint: String,
        story: String,
    },
    /// There was no time for it, or nothing to look at; and why.
    NotRun(String),
    /// This machine lacks what the check needs: what that is.
    LeftOut(String),
}

/// A check that had its turn.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub target: String,
    pub id: &'static str,
    pub title: &'static str,
    pub outcome: Outcome,
    pub milliseconds: u128,
}

/// A check that is to be run.
pub(crate) struct Job {
    pub check: Check,
    /// When no other check runs.
    pub alone: bool,
    /// What must hold besides.
    pub needs: Vec<Check>,
}

/// These checks, and nothing besides.
pub(crate) fn jobs(checks: impl IntoIterator<Item = (Check, bool)>) -> Vec<Job> {
    checks.into_iter().map(|(check, alone)| Job { check, alone, needs: Vec::new() }).collect()
}

/// One run of many checks. Clones are the same run.
#[derive(Clone)]
pub(crate) struct Run(Arc<Shared>);

struct Shared {
    stage: Stage,
    /// Held for reading by a check that may share the machine, for writing by one that may not.
    machine: RwLock<()>,
    /// The time for the whole run, and when it is over.
    budget: Duration,
    end: Instant,
    records: Mutex<Vec<Record>>,
}

impl Run {
    pub(crate) fn new(stage: Stage) -> Run {
        Run::within(stage, patience(RUN_SECONDS))
    }

    pub(crate) fn within(stage: Stage, budget: Duration) -> Run {
        let (machine, records) = (RwLock::default(), Mutex::default());
        let end = Instant::now() + budget;
        Run(Arc::new(Shared { stage, machine, budget, end, records }))
    }

    /// Those that need the whole machine come last: by then the others have started.
    pub(crate) fn trials(&self, target: &Target, jobs: Vec<Job>, prefix: &str) -> Vec<Trial> {
        let (alone, together): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| job.alone);
        let trial = |job: Job| {
            let (run, target) = (self.clone(), target.clone());
            let name = format!("{prefix}{}", job.check.id);
            Trial::test(name, move || run.one(&job, &target))
        };
        together.into_iter().chain(alone).map(trial).collect()
    }

    /// How the checks went that had their turn, in the order in which they ended.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.lock().clone()
    }

    fn one(&self, job: &Job, target: &Target) -> Result<(), Failed> {
        let _held = self.hold(job.alone);
        std::iter::once(&job.check).chain(&job.needs).try_for_each(|check| {
            let began = Instant::now();
            let outcome = self.outcome(*check, target);
            let heading = heading(&job.check, check);
            let told = match &outcome {
                Outcome::Pass => Ok(()),
                Outcome::Fail { story, .. } => Err(format!("{heading}\n{story}").into()),
                Outcome::LeftOut(why) => Err(Failed::left_out(why)),
                Outcome::NotRun(why) => Err(format!("{heading}\n{why}").into()),
            };
            let milliseconds = began.elapsed().as_millis();
            let (target, Check { id, title, .. }) = (target.name().to_owned(), *check);
            self.lock().push(Record { target, id, title, outcome, milliseconds });
            told
        })
    }

    /// How one check goes, which is not recorded.
    pub(crate) fn judged(&self, check: Check, alone: bool, target: &Target) -> Outcome {
        let _held = self.hold(alone);
        self.outcome(check, target)
    }

    pub(crate) fn stage(&self) -> &Stage {
        &self.0.stage
    }

    /// Keeps a check that needs the whole machine apart from all others.
    fn hold(
        &self,
        alone: bool,
    ) -> (Option<RwLockReadGuard<'_, ()>>, Option<RwLockWriteGuard<'_, ()>>) {
        // The guards protect no data, so a poisoned lock means nothing.
        let machine = &self.0.machine;
        let shared = (!alone).then(|| machine.read().unwrap_or_else(PoisonError::into_inner));
        let whole = alone.then(|| machine.write().unwrap_or_else(PoisonError::into_inner));
        (shared, whole)
    }

    fn outcome(&self, check: Check, target: &Target) -> Outcome {
        if Instant::now() >= self.0.end {
            let seconds = self.0.budget.as_secs();
            let why = format!("not reached within {seconds} s; GRADE_SLOW=3 gives more time");
            return Outcome::NotRun(why);
        }
        let Err(failure) = judge(check, target.clone()) else {
            return Outcome::Pass;
        };
        if failure.is_left_out() {
            return Outcome::LeftOut(failure.what().to_owned());
        }
        let is_ours = target.name() == REFERENCE;
        let steps = if is_ours { &[] } else { self.0.stage.steps };
        let hint = match busy_machine() {
            // Our own server is known to be right, so a hint about it would only mislead.
            Some(busy) if is_ours => busy,
            _ if !is_ours && failure.mentions(NO_OUTPUT) => {
                let hint = hints::fitting(steps, &check, &failure);
                format!("{hint} If the line was printed: is standard output flushed?")
            }
            _ => hints::fitting(steps, &check, &failure),
        };
        let story = failure.story(check.rule, &hint);
        Outcome::Fail { what: failure.what().to_owned(), hint, story }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.0.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That the machine has more to do than it can, if it has: a right server may miss a deadline then.
fn busy_machine() -> Option<String> {
    // Linux has a file; macOS a program, which prints `{ 1.50 1.20 1.00 }`.
    let text = std::fs::read_to_string("/proc/loadavg").ok().or_else(|| {
        let asked = std::process::Command::new("sysctl").args(["-n", "vm.loadavg"]).output();
        Some(String::from_utf8_lossy(&asked.ok()?.stdout).into_owned())
    })?;
    let load = text.split_whitespace().find_map(|word| word.parse().ok())?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    busy_words(load, processors)
}

/// Our own checks mostly wait, and are not a load of so many for each processor.
fn busy_words(load: f64, processors: usize) -> Option<String> {
    const MOST: f64 = 2.0;
    (load > MOST * processors as f64).then(|| {
        format!(
            "The machine seems busy: its load is {load:.1}, on {processors} processors. That may be \
             the reason, and not the server. Run it again when there is less to do."
        )
    })
}

/// What is said above the story of `check`, which `asked` may only need.
fn heading(asked: &Check, check: &Check) -> String {
    let Check { id, title, .. } = check;
    if asked.id == *id {
        return (*title).to_owned();
    }
    format!("{} holds, and counts only once {id} does\n{id}: {title}", asked.id)
}

#[cfg(test)]
mod tests {
    use super::busy_words;

    #[test]
    fn a_busy_machine_is_named_and_an_idle_one_is_not() {
        assert_eq!(busy_words(4.0, 2), None);
        let busy = busy_words(11.04, 2).expect("it is busy");
        assert!(busy.contains("load is 11.0, on 2 processors"), "{busy}");
    }
}
