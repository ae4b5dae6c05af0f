//! What the checks have said about a submission, read and told.

use std::fmt::Write as _;

use grader::json;

use super::handed::Files;
use super::mark::Mark;
use super::watch::Ended;

/// The report for a person and the result for programs, which the checks print one after the other.
pub fn verdict(run: &Ended) -> Result<(String, String), String> {
    let stdout = String::from_utf8_lossy(&run.stdout);
    let results = stdout.matches("\n{\n").count();
    let parts = stdout.split_once("\n{\n").filter(|_| run.stopped.is_none());
    // `GRADE=mine` ends with 0 if all points are there, and with 1 if not.
    let code = run.status.and_then(|status| status.code());
    let is_honest = |result: &str| {
        let number = |name| json::number(result, name);
        let is_complete = number("points").is_some() && number("points") == number("max");
        code == Some(i32::from(!is_complete))
    };
    match (parts, &run.stopped) {
        // Only the checks have this output. A server that writes to it has gone out of its way.
        _ if results > 1 => Err("more than one result was printed: look into the source".into()),
        (Some((report, rest)), _) if is_honest(rest) => {
            Ok((report.trim_start().to_owned() + "\n", format!("{{\n{rest}")))
        }
        (_, Some(why)) => Err(format!("the checks were ended: {why}")),
        // A shell's way to say that a signal has ended it, which bubblewrap shares.
        _ if code.is_none_or(|code| code > 128) => {
            Err("something has ended the checks: look into the source".into())
        }
        _ => {
            let said = String::from_utf8_lossy(&run.stderr);
            let said = said.lines().last().unwrap_or("nothing on standard error");
            Err(format!("the checks ended without a result: {said}"))
        }
    }
}

/// What the student should read: the mark, for what it was given, and what the checks have told.
pub fn report(mark: &Mark, files: Option<&Files>, told: &str) -> String {
    let Mark { id, stage, time, commit, seconds, .. } = mark;
    let mut text = format!("{}, stage {stage}: {}\n", id.escape_debug(), mark.in_words());
    // Writing to a String never fails.
    let _ = writeln!(text, "marked at {time}, in {seconds} s");
    if !commit.is_empty() {
        let _ = writeln!(text, "commit {commit}");
    }
    let files = files.map_or(&[][..], |files| &files.files);
    for (path, bytes) in files.iter().take(20) {
        let path = path.to_string_lossy();
        let _ = writeln!(text, "file {} ({} bytes)", path.escape_debug(), bytes.len());
    }
    if !mark.note.is_empty() && mark.note != told {
        let _ = writeln!(text, "{}", mark.note);
    }
    text + "\n" + told.trim_end() + "\n"
}
