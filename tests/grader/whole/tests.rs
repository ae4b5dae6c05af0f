//! What a learner reads in each situation, word for word where words matter.
//!
//! The servers are shells that say a few words, and the checks look for these words.

use std::time::Duration;

use super::verdict;
use crate::check::{Check, Group, Verdict};
use crate::evidence::expect;
use crate::harness::{self, Arguments};
use crate::json;
use crate::known::Known;
use crate::learner::Learner;
use crate::result;
use crate::score::Score;
use crate::stage::{Scored, Stage, Step};
use crate::target::Target;
use crate::trials::{Outcome, Record, Run, jobs};

const fn check(id: &'static str, run: fn(&Target) -> Verdict) -> Check {
    Check { id, title: "it says so", rule: "a rule", hint: "Say it.", run }
}

fn says(target: &Target, word: &str) -> Verdict {
    let finished = target.launch().run()?;
    expect(&finished, finished.stdout_lines().contains(&word.to_owned()), format!("it says {word}"))
}

const CHECKS: &[Check] = &[
    check("says-one", |target| says(target, "one")),
    check("says-two", |target| says(target, "two")),
    check("says-three", |target| says(target, "three")),
    check("says-four", |target| says(target, "four")),
    check("never-asked", |_| panic!("it is in no step")),
];

pub const fn step(number: u8, title: &'static str, checks: &'static [Scored]) -> Step {
    let task = "say another word";
    Step { number, title, task, bonus: false, checks, needs: &[], page: "a book" }
}

pub const STAGE: Stage = Stage {
    number: 9,
    package: "stage9-words",
    folder: "/nowhere",
    reference: "true",
    mine: None,
    settings: &[],
    groups: &[Group::together(CHECKS)],
    steps: &[
        step(1, "a word", &[Scored::new("says-one", 2)]),
        step(2, "two words", &[Scored::new("says-one", 1), Scored::new("says-two", 2)]),
        Step { needs: &["says-two"], ..step(3, "three", &[Scored::new("says-three", 1)]) },
        Step { bonus: true, ..step(4, "more", &[Scored::new("says-four", 1)]) },
    ],
    points: 6,
    stretch: &[],
    known: Known { starter: "", worked: "", broken: &[], stretch: &[] },
};

fn score(words: &str, budget: Duration) -> (Target, Score) {
    let target = Target::command("mine", ["sh", "-c", &format!("printf '{words}'")]);
    let run = Run::within(STAGE, budget);
    let silent = Arguments { silent: true, ..Arguments::default() };
    let _ = harness::run(&silent, run.trials(&target, jobs(STAGE.scored()), ""));
    let score = Score::of(&STAGE, &run.records(), "mine", "not reached");
    (target, score)
}

pub fn told(words: &str, untouched: bool) -> String {
    let (target, score) = score(words, Duration::from_secs(60));
    verdict(&STAGE, &target, &score, untouched)
}

#[test]
fn an_untouched_starter_is_told_what_to_do_and_no_failure() {
    assert_eq!(
        told("", true),
        "stage 9, your server
  step 1, a word ............................... 0 of 2  <-

  This is the starter as it was handed out, so 0 points are as it should be.
  The first thing to do: say another word

  steps 2 to 3 come after that

stage 9, your server: 0 of 6 points; next: step 1, a word"
    );
}

#[test]
fn zero_points_are_announced_as_normal() {
    let told = told("", false);
    assert!(told.contains("  0 points are normal at the beginning"), "{told}");
    assert!(told.contains("  says-one: it says so\n  expected that it says one\n"), "{told}");
}

#[test]
fn the_first_step_that_falls_short_tells_its_story_and_the_others_a_line() {
    let told = told("one\\nthree\\n", false);
    let (before, after) =
        told.split_once("    again     GRADE_SEED=").expect("how to run it again");
    assert_eq!(
        before,
        "stage 9, your server
  step 1, a word ............................... 2 of 2
  step 2, two words ............................ 1 of 3  <-

  says-two: it says so
  expected that it says two
    rule      a rule
    by hand   sh -c 'printf '\\''one\\nthree\\n'\\'''
    server    exited with status 0
    hint      Say it.
    to read   a book
"
    );
    let (again, rest) = after.split_once('\n').expect("more lines");
    assert!(
        again.ends_with(" GRADE=mine cargo test -p stage9-words --test stage9 -- says-two"),
        "{again}"
    );
    // Three was said, but counts only together with two.
    assert_eq!(
        rest,
        "
  step 3 comes after that

stage 9, your server: 3 of 6 points; next: step 2, two words"
    );
}

#[test]
fn all_points_leave_the_bonus_and_all_bonus_leaves_nothing() {
    let core = told("one\\ntwo\\nthree\\n", false);
    assert!(
        core.ends_with("\nstage 9, your server: 6 of 6 points, bonus 0 of 1; next: bonus, more"),
        "{core}"
    );
    let all = told("one\\ntwo\\nthree\\nfour\\n", false);
    assert!(
        all.ends_with(
            "  bonus, more .................................. 1 of 1\n\n\
             stage 9, your server: 6 of 6 points, bonus 1 of 1; nothing is left to do"
        ),
        "{all}"
    );
}

#[test]
fn what_was_not_reached_says_so() {
    let (target, score) = score("one\\n", Duration::ZERO);
    let told = verdict(&STAGE, &target, &score, false);
    assert!(told.contains("  not run: not reached within 0 s"), "{told}");
}

#[test]
fn a_result_for_programs_has_everything() {
    let (_, score) = score("one\\nthree\\n", Duration::from_secs(60));
    let text = result::text(&STAGE, "mine", &score, "");
    let number = |name| json::number(&text, name);
    assert_eq!((number("stage"), number("points"), number("max")), (Some(9), Some(3), Some(6)));
    assert_eq!((number("bonus"), number("max_bonus")), (Some(0), Some(1)));
    assert_eq!(json::text(&text, "next").as_deref(), Some("step 2, two words"));
    assert_eq!(text.matches("\"id\": ").count(), 5);
    assert_eq!(text.matches("\"status\": \"pass\"").count(), 2);
    assert!(text.contains("\"message\": \"expected that it says two\""), "{text}");
}

#[test]
fn nothing_begun_is_one_line_that_says_how_to_begin() {
    let (text, why) = super::not_graded(&STAGE, &Learner::NotStarted);
    assert_eq!(why, "not started");
    assert_eq!(
        text,
        "stage 9, your server: not started; to start: \
         cp -n stage9-words/starter.rs stage9-words/src/bin/stage9-mine.rs"
    );
}

#[test]
fn a_failure_of_the_reference_is_no_fault_of_the_learner() {
    let (target, id, title) = (String::new(), "a-check", "it holds");
    let outcome = Outcome::NotRun("the time was up".into());
    let failed = [Record { target, id, title, outcome, milliseconds: 0 }];
    assert!(super::told(&failed, true).contains("This is our server, not yours"));
    assert!(!super::told(&failed, false).contains("not yours"));
    assert_eq!(super::told(&[], true), "");
}

#[test]
fn a_list_of_steps_is_verified() {
    assert_eq!(STAGE.verify(), Ok(()));
    let wrong = Stage { points: 7, ..STAGE };
    assert_eq!(wrong.verify(), Err("the steps of stage 9 are worth 6 points, not 7".into()));
    const ODD: &[Step] = &[step(1, "odd", &[Scored::new("no-such", 6)])];
    let wrong = Stage { steps: ODD, ..STAGE };
    assert_eq!(wrong.verify(), Err("step 1, odd of stage 9 names no check: no-such".into()));
}
