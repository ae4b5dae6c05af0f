//! The result for programs: `GRADE_JSON=path` writes it, as a file or into a folder; `GRADE_JSON=-`
//! prints it after the report.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::json::Json;
use crate::random;
use crate::score::{CheckScore, Score, StepScore};
use crate::stage::Stage;
use crate::trials::Outcome;

/// Where the result of `stage` goes: `path` itself, or `stage4.json` in it if it is a folder or
/// ends in a slash.
pub(crate) fn place(path: &Path, stage: &Stage) -> PathBuf {
    let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
    if is_folder { path.join(format!("stage{}.json", stage.number)) } else { path.to_owned() }
}

/// Removes what an earlier run has left, so that no run passes for another one.
pub(crate) fn remove(file: &Path) -> io::Result<()> {
    if is_stdout(file) {
        return Ok(());
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes the result, and the folder that it goes into.
pub(crate) fn write(file: &Path, text: &str) -> io::Result<()> {
    if is_stdout(file) {
        return io::stdout().write_all(text.as_bytes());
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}

/// `-`, as for many programs.
fn is_stdout(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "-")
}

/// The result as JSON; `target` is `reference`, `mine` or the command that was graded, and `note`
/// says why nothing was graded.
pub(crate) fn text(stage: &Stage, target: &str, score: &Score, note: &str) -> String {
    let next = score.next().map_or_else(String::new, |next| next.step.name());
    let checks = score.steps.iter().flat_map(|one| {
        one.checks.iter().map(|check| check_as_json(one, check)).collect::<Vec<Json>>()
    });
    let members = vec![
        ("stage", u32::from(stage.number).into()),
        ("target", target.into()),
        ("points", score.points().into()),
        ("max", score.max().into()),
        ("bonus", score.bonus().into()),
        ("max_bonus", score.max_bonus().into()),
        ("next", Json::Text(next)),
        ("note", note.into()),
        ("seed", Json::Number(random::seed())),
        ("checks", Json::List(checks.collect())),
    ];
    Json::Object(members).to_text()
}

fn check_as_json(one: &StepScore, check: &CheckScore) -> Json {
    let (status, message) = match &check.outcome {
        Outcome::Pass => ("pass", ""),
        Outcome::Fail { what, .. } => ("fail", what.as_str()),
        Outcome::NotRun(why) | Outcome::LeftOut(why) => ("not run", why.as_str()),
    };
    let milliseconds = u64::try_from(check.milliseconds).unwrap_or(u64::MAX);
    Json::Object(vec![
        ("id", check.scored.id.into()),
        ("step", u32::from(one.step.number).into()),
        ("step_title", one.step.title.into()),
        ("bonus", Json::Flag(one.step.bonus)),
        ("title", check.title.into()),
        ("points", check.earned().into()),
        ("max", check.scored.points.into()),
        ("status", status.into()),
        ("milliseconds", Json::Number(milliseconds)),
        ("message", message.into()),
    ])
}
