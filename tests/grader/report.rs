//! The verdict in words: a line for each step up to the first that falls short, the whole story of
//! that one, a line for all that follow, and a last line with the points.

use crate::random;
use crate::score::{CheckScore, Score, StepScore};
use crate::stage::Stage;
use crate::trials::Outcome;
use crate::wrap::wrap;

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
    text + &others(&score.steps[next], &score.steps[shown..])
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
        "0 points are normal at the beginning: the first ones come with step 1.\n  \
         If you had points before, your last change broke step 1; below stands how it shows."
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
        Outcome::NotRun(why) | Outcome::LeftOut(why) => format!("  not run: {why}\n"),
    };
    let page = if one.step.page.is_empty() {
        String::new()
    } else {
        format!("    to read   {}\n", one.step.page)
    };
    let (seed, package) = (random::seed(), stage.package);
    let number = stage.number;
    // What is needed besides runs with those that earn points, and has no name there.
    let scored = || stage.steps.iter().flat_map(|step| step.checks);
    let is_scored = scored().any(|scored| scored.id == *id);
    let name = one.step.checks.first().filter(|_| !is_scored).map_or(*id, |first| first.id);
    let again = format!(
        "{command}GRADE_SEED={seed} GRADE=mine cargo test -p {package} --test stage{number} -- {name}"
    );
    let waiting = waiting(one, id);
    format!("\n  {id}: {title}\n{told}{waiting}{page}    again     {again}\n")
}

/// What holds and earns nothing as long as this check falls short.
fn waiting(one: &StepScore, id: &str) -> String {
    match one.waiting_for(id).as_slice() {
        [] => String::new(),
        [held] => format!("    note      {held} holds, and counts only once this does\n"),
        held => format!("    note      {} hold, and count only once this does\n", held.join(", ")),
    }
}

fn indented(story: &str) -> String {
    story.lines().map(|line| format!("  {line}\n")).collect()
}

/// All steps that come later than `next`, the first that falls short; and which points are there.
fn others(next: &StepScore, later: &[StepScore]) -> String {
    let core: Vec<u8> =
        later.iter().filter(|one| !one.step.bonus).map(|one| one.step.number).collect();
    let steps = match core.as_slice() {
        _ if later.is_empty() => return String::new(),
        [] if next.step.bonus => "more bonus comes after that".to_owned(),
        [] => "this is the last step; after that only bonus is left".to_owned(),
        [one] => format!("step {one} comes after that"),
        [first, .., last] => format!("steps {first} to {last} come after that"),
    };
    let mut lines = wrap(&steps);
    lines.extend(already(later).iter().flat_map(|points| wrap(points)));
    "\n".to_owned() + &lines.iter().map(|line| format!("  {line}\n")).collect::<String>()
}

/// As in `points there already: 2 of 2 in step 4, 1 of 3 in step 5`.
fn already(later: &[StepScore]) -> Option<String> {
    let begun = later.iter().filter(|one| one.earned() > 0);
    let points: Vec<String> = begun
        .map(|one| {
            let (number, bonus) = (one.step.number, if one.step.bonus { "bonus " } else { "" });
            format!("{} of {} in {bonus}step {number}", one.earned(), one.step.points())
        })
        .collect();
    (!points.is_empty()).then(|| format!("points there already: {}", points.join(", ")))
}

#[cfg(test)]
mod tests;
