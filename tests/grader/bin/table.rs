//! The scores of all five stages as a table, with the next step of each.
//!
//! It runs each stage's checks of the learner's server and reads the results that they write.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use grader::{json, tell};

/// A package, and its test.
pub const STAGES: [(&str, &str); 5] = [
    ("stage1-echo", "stage1"),
    ("stage2-single-request", "stage2"),
    ("stage3-gateway", "stage3"),
    ("stage4-fork", "stage4"),
    ("stage5-async", "stage5"),
];

/// Prints it, a line as soon as its stage is done. Where nobody reads on, it ends.
pub fn print() -> ExitCode {
    let folder = env::temp_dir().join(format!("grader-{}", std::process::id()));
    let code = rows(&folder).unwrap_or(ExitCode::SUCCESS);
    // What stays behind in the folder for temporary files is not worth a failure.
    let _ = fs::remove_dir_all(&folder);
    code
}

fn rows(folder: &Path) -> io::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut code = ExitCode::SUCCESS;
    tell::out(format_args!("{:24} points     next\n", "stage"))?;
    for (package, test) in STAGES {
        // The name shows while its checks run.
        tell::out(format_args!("{package:24} "))?;
        if !root.join(package).exists() {
            tell::out("not part of this copy\n")?;
            continue;
        }
        match grade(package, test, &folder.join(format!("{test}.json"))) {
            Ok(row) => tell::out(format_args!("{row}\n"))?,
            Err(why) => {
                tell::out("no result\n")?;
                tell::err(why);
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// Runs one stage's checks and reads their result. Without one, cargo has said why: the server
/// could not be built.
fn grade(package: &str, test: &str, result: &Path) -> Result<String, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["test", "--quiet", "--package", package, "--test", test]);
    command.env("GRADE", "mine").env("GRADE_JSON", result);
    let output = command.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    let result = fs::read_to_string(result).ok();
    let row = result.and_then(|result| row(&result));
    row.ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// As in `  9 of 17   step 4, reap while idle`.
fn row(result: &str) -> Option<String> {
    let number = |name| json::number(result, name);
    let (points, max) = (number("points")?, number("max")?);
    let next = json::text(result, "next").filter(|next| !next.is_empty());
    let next = next.unwrap_or_else(|| "nothing is left to do".to_owned());
    let bonus = match number("bonus")? {
        0 => String::new(),
        bonus => format!(" (bonus {bonus} of {})", number("max_bonus")?),
    };
    let note = json::text(result, "note").filter(|note| !note.is_empty());
    let note = note.map_or_else(String::new, |note| format!(" ({note})"));
    Some(format!("{points:>2} of {max:>2}   {next}{note}{bonus}"))
}
