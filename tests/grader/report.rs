//! The verdict in words: a line for each step up to the first that falls short, the whole story of
//! that one, a line for all that follow, and a last line with the points.

use crate::random;
use crate::score::{CheckScore, Score, StepScore};
use crate::stage::Stage;
use crate::trials::Outcome;

/// Up to here the names of the steps reach, with dots behind them.
const NAME_WIDTH: usize = 46;

/// Everything between the name of the server and the last line; `command` stands before a command
/// line that runs a check again.
pub(crate) fn steps(stage: &Stage, score: &Score, untouched: bool, command: &str) -> String {
    let mut text = String::new();
    let next = score.steps.iter().position(|one| !one.is_complete());
    let shown = next.map_or(score.steps.len(), |next| next + 1);
    for one in &score.steps[..shown] {
        text += &step_line(one);
    }
    let Some(next) = next else {
        return text;
    };
    text += &beginning(score, untouched);
    if !untouched {
        text += &shortfall(stage, &score.steps[next], command);
    }
    text + &others(&score.steps[shown..])
}

/// As in `stage 4, your server: 9 of 17 points; next: step 4, reap while idle`.
pub(crate) fn last_line(stage: &Stage, label: &str, score: &Score) -> String {
    let (points, max) = (score.points(), score.max());
    let mut line = format!("stage {}, {label}: {points} of {max} points", stage.number);
    if score.bonus() > 0 || (score.is_complete() && score.max_bonus() > 0) {
        line += &format!(", bonus {} of {}", score.bonus(), score.max_bonus());
    }
    match score.next() {
        Some(next) => line + "; next: " + &next.step.name(),
        None => line + "; nothing is left to do",
    }
}

fn step_line(one: &StepScore) -> String {
    let name = format!("{} ", one.step.name());
    let missing = if one.is_complete() { "" } else { "  <-" };
    format!("  {name:.<NAME_WIDTH$} {} of {}{missing}\n", one.earned(), one.step.points())
}

/// Nobody is to read a failure where nothing was begun.
fn beginning(score: &Score, untouched: bool) -> String {
    let (Some(next), 0) = (score.next(), score.points()) else {
        return String::new();
    };
    let state = if untouched {
        "This is the starter as it was handed out, so 0 points are as it should be."
    } else {
        "0 points are normal at the beginning: the first ones come with step 1."
    };
    format!("\n  {state}\n  The first thing to do: {}\n", next.step.task)
}

/// The first check that falls short tells everything, the other ones of its step their names.
fn shortfall(stage: &Stage, one: &StepScore, command: &str) -> String {
    let mut text = String::new();
    for (number, check) in one.missing().enumerate() {
        if number == 0 {
            text += &story(stage, one, check, command);
        } else if check.scored.id == check.id {
            text += &format!("    and       {}: {}\n", check.id, check.title);
        }
    }
    text
}

fn story(stage: &Stage, one: &StepScore, check: &CheckScore, command: &str) -> String {
    let CheckScore { id, title, outcome, .. } = check;
    let told = match outcome {
        Outcome::Pass => String::new(),
        Outcome::Fail { story, .. } => indented(story),
        Outcome::NotRun(why) => format!("  not run: {why}\n"),
    };
    let page = if one.step.page.is_empty() {
        String::new()
    } else {
        format!("    page      {}\n", one.step.page)
    };
    let (seed, package) = (random::seed(), stage.package);
    let again = format!("{command}GRADE_SEED={seed} GRADE=mine cargo test -p {package} -- {id}");
    format!("\n  {id}: {title}\n{told}{page}    again     {again}\n")
}

fn indented(story: &str) -> String {
    story.lines().map(|line| format!("  {line}\n")).collect()
}

/// All steps that come later, in one line.
fn others(later: &[StepScore]) -> String {
    let core: Vec<&StepScore> = later.iter().filter(|one| !one.step.bonus).collect();
    let earned: u32 = later.iter().map(StepScore::earned).sum();
    let max: u32 = later.iter().map(|one| one.step.points()).sum();
    let steps = match (core.first(), core.last()) {
        (Some(first), Some(last)) if first.step.number == last.step.number => {
            format!("step {} comes", first.step.number)
        }
        (Some(first), Some(last)) => {
            format!("steps {} to {} come", first.step.number, last.step.number)
        }
        _ if later.is_empty() => return String::new(),
        _ => "more bonus comes".to_owned(),
    };
    let already =
        if earned == 0 { String::new() } else { format!(" ({earned} of {max} points already)") };
    format!("\n  {steps} after that{already}\n")
}
