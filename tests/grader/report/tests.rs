//! What the report says of points that are there and of points that do not count yet.

use crate::harness::{self, Arguments};
use crate::score::Score;
use crate::stage::{Scored, Stage, Step};
use crate::target::Target;
use crate::trials::{Run, jobs};
use crate::whole::tests::{STAGE, step, told};
use crate::whole::verdict;

#[test]
fn points_of_later_steps_say_which_steps_they_are_in() {
    let told_of = |words| told(words, false);
    let none = told_of("three\\nfour\\n");
    assert!(
        none.contains(
            "\n  steps 2 to 3 come after that\n  points there already: 1 of 1 in bonus step 4\n"
        ),
        "{none}"
    );
    let last = told_of("one\\ntwo\\n");
    assert!(last.contains("\n  this is the last step; after that only bonus is left\n"), "{last}");
}

#[test]
fn what_holds_and_does_not_count_yet_is_named() {
    const WAITING: &[Step] =
        &[Step { needs: &["says-two"], ..step(1, "a word", &[Scored::new("says-one", 6)]) }];
    let stage = Stage { steps: WAITING, ..STAGE };
    let target = Target::command("mine", ["echo", "one"]);
    let run = Run::new(stage);
    let silent = Arguments { silent: true, ..Arguments::default() };
    let _ = harness::run(&silent, run.trials(&target, jobs(stage.scored()), ""));
    let score = Score::of(&stage, &run.records(), "mine", "not reached");
    let told = verdict(&stage, &target, &score, false);
    let note = "    note      says-one holds, and counts only once this does\n";
    assert!(told.contains("  says-two: it says so\n") && told.contains(note), "{told}");
}
