//! Judges what came by what the page shows, and learns which number stands for which.

use crate::align::{Rest, Step, align, is_same};
use crate::line::compare;
use crate::names::Names;
use crate::renew::Edit;
use crate::session::{Run, Shown, Wrong};
use crate::story::differs;

/// The judge of one page.
pub struct Judge {
    pub names: Names,
    /// What has to change on the page, if it is to be renewed.
    pub edits: Vec<Edit>,
    renews: bool,
}

impl Judge {
    /// `renews`: lines that differ become edits, and are no fault.
    pub fn new(names: Names, renews: bool) -> Judge {
        Judge { names, edits: Vec::new(), renews }
    }

    /// Whether what came is what the page shows; nothing is learnt from it.
    pub fn agrees(&mut self, shown: &Shown, came: &[String]) -> bool {
        let names = self.names.clone();
        let agrees = is_same(&self.steps(shown, came));
        self.names = names;
        agrees
    }

    /// Compares all that the page shows here with all that came.
    pub fn compare(&mut self, shown: &Shown, came: &[String], run: &Run) -> Result<(), Wrong> {
        let steps = self.steps(shown, came);
        if is_same(&steps) {
            return Ok(());
        }
        if self.renews {
            self.edits.push(Edit::new(shown, came, &steps, &mut self.names));
            return Ok(());
        }
        let story = differs(run.command.as_deref(), shown, came, &steps);
        Err((shown.line, story))
    }

    fn steps(&mut self, shown: &Shown, came: &[String]) -> Vec<Step> {
        let mut steps = align(&shown.lines, came, Rest::Counts);
        for step in &mut steps {
            if let Step::Same { page, came: at } = *step
                && !self.learns(&shown.lines[page], &came[at])
            {
                *step = Step::Other { page, came: at };
            }
        }
        steps
    }

    fn learns(&mut self, page: &str, came: &str) -> bool {
        compare(page, came).is_some_and(|pairs| self.names.learn(&pairs))
    }
}

/// How many of the lines that came the page shows here; `None` if they are not there yet.
pub fn needed(shown: &Shown, came: &[String]) -> Option<usize> {
    let steps = align(&shown.lines, came, Rest::Free);
    let takes = |step: &&Step| matches!(step, Step::Same { .. } | Step::Passed { .. });
    is_same(&steps).then(|| steps.iter().filter(takes).count())
}
