//! A stage's steps as a page of the book: the task, what is checked, and the hints, in the words
//! that the grader prints.
//!
//! `tests/stageN/steps.md` holds it, and the book's page of the exercise includes that file. With
//! `SNAPSHOTS=overwrite`, `GRADE=grader` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::failure::Seen;
use crate::stage::{Scored, Stage, Step};

/// Compares the file with the steps, or renews it.
///
/// # Errors
///
/// It differs from them; the text says how to renew it.
pub(crate) fn holds(stage: &Stage) -> Result<(), String> {
    let name = format!("stage{}/steps.md", stage.number);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    let text = text(stage);
    if fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
        return fs::write(&file, text).map_err(|error| format!("{name}: {error}"));
    }
    let (package, number) = (stage.package, stage.number);
    Err(format!(
        "tests/{name} does not say what the steps say; renew it with SNAPSHOTS=overwrite \
         GRADE=grader cargo test -p {package} --test stage{number} -- the-handout"
    ))
}

fn text(stage: &Stage) -> String {
    let mut page = String::new();
    for step in stage.steps {
        let told = told(stage, step);
        // Writing to a String can't fail.
        let _ = write!(page, "{}", heading(step) + &told);
    }
    page.trim_end().to_owned() + "\n"
}

fn heading(step: &Step) -> String {
    let Step { number, title, task, .. } = step;
    let kind = if step.bonus { "Bonus" } else { "Step" };
    let points = counted(step.points());
    let mut task = task.chars();
    let first = task.next().map_or_else(String::new, |first| first.to_uppercase().to_string());
    let task = first + task.as_str();
    format!("### {kind} {number}, {title} ({points})\n\n{}.\n\n", markdown(&task))
}

fn counted(points: u32) -> String {
    if points == 1 { "1 point".into() } else { format!("{points} points") }
}

/// What is checked, where to read about it, and the hints, folded.
fn told(stage: &Stage, step: &Step) -> String {
    let mut text = String::from("What is checked:\n\n");
    for scored in step.checks {
        if let Some((check, _)) = stage.find(scored.id) {
            text += &format!("- {} ({})\n", markdown(check.title), counted(scored.points));
        }
    }
    let scored = |id: &&str| step.checks.iter().any(|scored| scored.id == *id);
    for id in step.needs.iter().filter(|id| !scored(id)) {
        if let Some((check, _)) = stage.find(id) {
            text += &format!("- {} (needed besides)\n", markdown(check.title));
        }
    }
    if !step.page.is_empty() {
        text += &format!("\nTo read: {}.\n", markdown(step.page));
    }
    text += "\n";
    for (number, hint) in (1..).zip(hints(stage, step)) {
        let when = if hint.when.is_empty() { hint.title } else { &hint.when.join(", or ") };
        // A line that begins with a tag is HTML, and no Markdown.
        let summary = format!("Hint {number}: {}", html(when));
        let hint = markdown(hint.text);
        text += &format!("<details><summary>{summary}</summary>\n\n{hint}\n\n</details>\n");
    }
    text + "\n"
}

/// A hint, the check that it is for, and what must have been seen for it to fit: nothing, if it is
/// the check's general one.
struct Hint {
    text: &'static str,
    title: &'static str,
    when: Vec<String>,
}

/// Each hint once: those of the checks that earn points, then those of the others. What a bonus step
/// may break in an earlier one is told in the bonus step.
fn hints(stage: &Stage, step: &Step) -> Vec<Hint> {
    let general = |id: &str| stage.find(id).map(|(check, _)| (check.hint, check.title, None));
    let own = step.checks.iter().flat_map(|scored| {
        let fitting = fitting(scored).filter(|(hint, _)| step.bonus || !is_of_a_bonus(stage, hint));
        let fitting = fitting.map(|(hint, when)| (hint, "", Some(when)));
        general(scored.id).into_iter().chain(fitting)
    });
    let needed = step.needs.iter().filter_map(|id| general(id));
    let mut found: Vec<Hint> = Vec::new();
    for (text, title, when) in own.chain(needed) {
        match found.iter_mut().find(|hint| hint.text == text) {
            Some(hint) => hint.when.extend(when.filter(|when| !hint.when.contains(when))),
            None => found.push(Hint { text, title, when: when.into_iter().collect() }),
        }
    }
    found
}

/// The hints for what was seen, and what that is.
fn fitting(scored: &Scored) -> impl Iterator<Item = (&'static str, String)> {
    let kinds = scored.hints.iter().map(|(kind, hint)| (*hint, seen(*kind).to_owned()));
    let words = scored.words.iter().map(|(words, hint)| (*hint, format!("you read \"{words}\"")));
    kinds.chain(words)
}

fn is_of_a_bonus(stage: &Stage, text: &str) -> bool {
    let scored = stage.steps.iter().filter(|step| step.bonus).flat_map(|step| step.checks);
    scored.flat_map(fitting).any(|(hint, _)| hint == text)
}

/// What a learner has seen, in a few words.
fn seen(kind: Seen) -> &'static str {
    match kind {
        Seen::NotSo => "something is not as it should be",
        Seen::WrongBytes => "other bytes came",
        Seen::Refused => "nothing listened",
        Seen::Reset => "the connection was reset",
        Seen::ClosedEarly => "the connection was closed early",
        Seen::Hung => "nothing came in time",
        Seen::Malformed => "what came is not HTTP",
        Seen::Ended => "the program ended",
        Seen::Machine => "the machine is at fault",
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Characters that mean something in Markdown or HTML show as themselves.
fn markdown(text: &str) -> String {
    let escape = |character: char| match character {
        '<' | '&' => html(&character.to_string()),
        '*' | '_' | '`' | '[' | ']' | '\\' | '|' => format!("\\{character}"),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::tests::STAGE;

    #[test]
    fn a_step_says_its_task_its_checks_and_its_hints() {
        let text = text(&STAGE);
        assert!(
            text.starts_with(
                "### Step 1, a word (2 points)\n\nSay another word.\n\nWhat is checked:\n\n\
             - it says so (2 points)\n\nTo read: a book.\n\n\
             <details><summary>Hint 1: it says so</summary>\n\nSay it.\n\n</details>\n\n"
            ),
            "{text}"
        );
        assert!(text.contains("- it says so (needed besides)\n"), "{text}");
        assert!(text.contains("### Bonus 4, more (1 point)\n"), "{text}");
    }

    #[test]
    fn what_means_something_to_markdown_is_shown_as_it_is() {
        assert_eq!(markdown("spawn_blocking <b> & `x`"), "spawn\\_blocking &lt;b> &amp; \\`x\\`");
        assert_eq!(html("spawn_blocking <b> &"), "spawn_blocking &lt;b> &amp;");
    }
}
