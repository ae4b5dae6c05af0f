//! A stage as an exercise: its steps, the checks that each step consists of, and their points.
//!
//! A stage names its checks by id, so that the list of steps reads like a table of contents. What
//! is in no step still judges the reference: that is its hardening.

use crate::check::{Check, Group};
use crate::failure::Seen;
use crate::known::Known;
use crate::trials::Job;

/// A stage: its servers, its checks, its steps.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// As in `stage 4`.
    pub number: u8,
    /// Its package, as in `cargo test -p stage4-fork`.
    pub package: &'static str,
    /// Where the package is.
    pub folder: &'static str,
    /// The reference's program.
    pub reference: &'static str,
    /// The learner's program, once there is one: `option_env!("CARGO_BIN_EXE_stage4-mine")`.
    pub mine: Option<&'static str>,
    /// Environment variables in each run of a server that is scored.
    pub settings: &'static [(&'static str, &'static str)],
    /// All checks of the stage, but for `stretch`.
    pub groups: &'static [Group],
    /// Checks that only a learner's server is asked for, by stretch exercises or bonus steps: the
    /// reference does nothing for them.
    pub stretch: &'static [Group],
    /// In the order in which a learner takes them, bonus last.
    pub steps: &'static [Step],
    /// What all steps together are worth, bonus apart.
    pub points: u32,
    /// The servers that grade the grader.
    pub known: Known,
}

/// One thing to build.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// As in `step 4`; bonus steps count on.
    pub number: u8,
    /// Its name, as in `step 4, reap while idle`.
    pub title: &'static str,
    /// The first thing to do, as an imperative.
    pub task: &'static str,
    /// Its points are counted apart.
    pub bonus: bool,
    /// The checks that earn its points.
    pub checks: &'static [Scored],
    /// Checks that must hold too: without them, this step earns nothing.
    pub needs: &'static [&'static str],
    /// Where to read about it, as in `POSIX waitpid(2)` or a page of the book.
    pub page: &'static str,
}

/// A check that earns points.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// The check.
    pub id: &'static str,
    /// What it is worth.
    pub points: u32,
    /// Better hints than the check's own, for what was seen.
    pub hints: &'static [(Seen, &'static str)],
    /// The same, for words in what was seen or on standard error. They come first.
    pub words: &'static [(&'static str, &'static str)],
}

impl Scored {
    /// A check with its own hint.
    #[must_use]
    pub const fn new(id: &'static str, points: u32) -> Scored {
        Scored { id, points, hints: &[], words: &[] }
    }

    /// With other hints for what was seen.
    #[must_use]
    pub const fn when(mut self, hints: &'static [(Seen, &'static str)]) -> Scored {
        self.hints = hints;
        self
    }

    /// With other hints for words in the sentence that says what went wrong, in its details, or
    /// on the server's standard error.
    #[must_use]
    pub const fn told(mut self, words: &'static [(&'static str, &'static str)]) -> Scored {
        self.words = words;
        self
    }
}

impl Step {
    /// What it is worth.
    #[must_use]
    pub fn points(&self) -> u32 {
        self.checks.iter().map(|scored| scored.points).sum()
    }

    /// As in the verdict: `step 4, reap while idle`.
    #[must_use]
    pub fn name(&self) -> String {
        let kind = if self.bonus { "bonus".to_owned() } else { format!("step {}", self.number) };
        format!("{kind}, {}", self.title)
    }

    /// The ids of all its checks: those that earn points first.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.checks.iter().map(|scored| scored.id).chain(self.needs.iter().copied())
    }
}

impl Stage {
    /// The check of this name, and whether it needs the whole machine.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<(Check, bool)> {
        self.all().chain(flat(self.stretch)).find(|(check, _)| check.id == id)
    }

    /// The checks that the reference is held to, and whether each needs the whole machine.
    pub fn all(&self) -> impl Iterator<Item = (Check, bool)> {
        flat(self.groups)
    }

    /// Every check of a step once, in the order of the steps.
    #[must_use]
    pub fn scored(&self) -> Vec<(Check, bool)> {
        let mut found: Vec<(Check, bool)> = Vec::new();
        for id in self.steps.iter().flat_map(Step::ids) {
            if !found.iter().any(|(check, _)| check.id == id) {
                found.extend(self.find(id));
            }
        }
        found
    }

    /// Every check that earns points, with what its step needs besides.
    pub(crate) fn scored_with_needs(&self) -> Vec<Job> {
        let named = self.steps.iter().flat_map(|step| {
            step.checks.iter().filter_map(|scored| {
                let (check, alone) = self.find(scored.id)?;
                let needs = step.needs.iter().filter_map(|id| Some(self.find(id)?.0));
                Some(Job { check, alone, needs: needs.collect() })
            })
        });
        named.collect()
    }

    /// The file that a learner writes, as seen from the workspace's root.
    #[must_use]
    pub fn mine_path(&self) -> String {
        format!("{}/src/bin/stage{}-mine.rs", self.package, self.number)
    }

    /// What is wrong with the list of steps, so that nobody is graded by it.
    ///
    /// # Errors
    ///
    /// A step names a check that does not exist, or the points do not add up.
    pub fn verify(&self) -> Result<(), String> {
        let stage = self.number;
        let all = self.all().chain(flat(self.stretch));
        let mut ids: Vec<&str> = all.map(|(check, _)| check.id).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("stage {stage} has two checks named {}", twice[0]));
        }
        for step in self.steps {
            if let Some(id) = step.ids().find(|id| ids.binary_search(id).is_err()) {
                return Err(format!("{} of stage {stage} names no check: {id}", step.name()));
            }
        }
        let core = self.steps.iter().filter(|step| !step.bonus);
        let points: u32 = core.map(Step::points).sum();
        if points == self.points {
            return Ok(());
        }
        Err(format!("the steps of stage {stage} are worth {points} points, not {}", self.points))
    }
}

fn flat(groups: &'static [Group]) -> impl Iterator<Item = (Check, bool)> {
    groups.iter().flat_map(|group| group.checks.iter().map(|&check| (check, group.alone)))
}
