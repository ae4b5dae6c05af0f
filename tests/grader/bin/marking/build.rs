//! Builds the checks of one stage, with or without a learner's server.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use grader::json;

use super::cell::Room;
use super::watch;
use super::workshop::{Workshop, package};

/// Lines of the compiler's message that stand in a mark; the report has all of it.
const FIRST_LINES: usize = 12;

/// Why there is no program.
pub struct Failed {
    /// For the mark.
    pub short: String,
    /// For the report.
    pub whole: String,
}

/// Builds what is in the copy now. The result is the program that runs the checks.
pub fn build(workshop: &Workshop, stage: u8, until: Instant) -> Result<PathBuf, Failed> {
    let test = format!("stage{stage}");
    let line = format!(
        "cargo test --no-run --offline --locked --color=never \
         --message-format=json-render-diagnostics --package {} --test {test}",
        package(stage)
    );
    let line: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let room = Room {
        read: &[&workshop.copy],
        write: &[&workshop.target],
        folder: &workshop.copy,
        environment: &[
            ("CARGO_TARGET_DIR", workshop.target.as_os_str()),
            // It would help the second build of one student, and there is none.
            ("CARGO_INCREMENTAL", OsStr::new("0")),
        ],
    };
    let command = workshop.cell.command(&line, &room, &workshop.fence());
    let ended = watch::run(command, &workshop.limits(until, None));
    let ended = ended.map_err(|why| Failed { short: why.clone(), whole: why })?;
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    if let Some(why) = ended.stopped {
        let short = format!("the build was ended: {why}");
        return Err(Failed { whole: format!("{told}\n{short}"), short });
    }
    let messages = String::from_utf8_lossy(&ended.stdout);
    let is_built = ended.status.is_some_and(|status| status.success());
    let program = is_built.then(|| executable(&messages, &test)).flatten();
    program.ok_or_else(|| Failed { short: first_error(&told), whole: told })
}

/// The learner's program, which the last build has made.
pub fn learners(workshop: &Workshop, stage: u8) -> PathBuf {
    workshop.target.join(format!("debug/stage{stage}-mine"))
}

/// The program of the test, in what cargo says for programs: one object a line.
fn executable(messages: &str, test: &str) -> Option<PathBuf> {
    let is_it = |line: &&str| {
        let is_test = line.contains("\"kind\":[\"test\"]");
        is_test && line.contains(&format!("\"name\":\"{test}\""))
    };
    let (_, rest) = messages.lines().find(is_it)?.split_once("\"executable\":")?;
    let end = rest.find(",\"").unwrap_or(rest.len());
    json::unquoted(rest[..end].trim_end_matches('}')).map(|path| Path::new(&path).to_owned())
}

/// From the first error on, with cargo's notes on what it compiles left out.
fn first_error(told: &str) -> String {
    let lines: Vec<&str> = told.lines().collect();
    let start = lines.iter().position(|line| line.starts_with("error"));
    let lines = &lines[start.unwrap_or(lines.len().saturating_sub(FIRST_LINES))..];
    let shown = lines.iter().take(FIRST_LINES).take_while(|line| !line.trim().is_empty());
    shown.copied().collect::<Vec<&str>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_in_cargos_messages() {
        let target = r#"{"reason":"x","target":{"kind":["test"],"name":"stage1"}"#;
        let line = format!(r#"{target},"executable":"/a \"b\"/stage1-0","fresh":true}}"#);
        assert_eq!(executable(&line, "stage1"), Some(PathBuf::from("/a \"b\"/stage1-0")));
        assert_eq!(executable(&line, "stage2"), None);
    }

    #[test]
    fn the_first_error_is_told() {
        let told = "   Compiling x\nwarning: y\n\nerror[E0425]: z\n --> a.rs:1:2\n\nerror: w\n";
        assert_eq!(first_error(told), "error[E0425]: z\n --> a.rs:1:2");
    }
}
