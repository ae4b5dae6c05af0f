//! `grader exam FOLDER --stage N`: writes a copy of the repository in which the answers are missing.
//!
//! What stays: the starter of the stage, its checks, and the stages before it, on whose libraries it
//! stands. `cargo test` and `cargo run -p grader` work there, and grade the learner's own server.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `leave_out.rs` | which files are missing in an exam |
//! | `manifests.rs` | takes out of the manifests and the checks what names a missing file |
//!
//! `paper.md` is the page that the learner gets.

mod leave_out;
mod manifests;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use grader::tell;

use crate::Error;
use crate::marking::options::{new_folder, stage};
use crate::marking::{copy, said};

/// What `--help` says.
pub const HELP: &str = "\
usage: cargo run -p grader -- exam FOLDER --stage N

Writes a copy of this repository into the new folder FOLDER, for an exam on stage N. The sources of
stage N and of the later stages are missing, and so is every program that shows an answer. The starter
and the libraries of the stages before stay. There, `cargo test -p 'stageN*'` grades stageN-mine.rs.
";

/// Of the exam; it lets `cargo test` leave the reference alone, which is not there, and end without
/// an error of cargo's own below the points.
const SETTINGS: &str = "# The reference is not part of an exam.\n[env]\nGRADE = \"exam\"\n";

/// The page for the learner, with N for the stage and PACKAGE for its package.
const PAPER: &str = include_str!("paper.md");

/// Above a page of tasks.
const TASKS_ONLY: &str =
    "An exam has the tasks of this page only, without its hints and worked solutions.\n\n";

/// Writes the copy. An error is one for the person who has typed the command.
pub fn run(arguments: Vec<String>) -> Result<(), Error> {
    let (folder, stage) = parse(arguments).map_err(Error::Usage)?;
    let is_empty = fs::read_dir(&folder).map(|mut entries| entries.next().is_none());
    if !is_empty.unwrap_or(!folder.exists()) {
        let folder = folder.display();
        return Err(Error::Usage(format!("{folder} is there already: name a new folder")));
    }
    let repository = copy::repository();
    let root = repository.canonicalize().map_err(|error| said(&repository, &error))?;
    if folder.starts_with(&root) {
        return Err(Error::Usage("the folder must be outside of this repository".into()));
    }
    let mut files = copy::files(&repository, &[])?;
    files.retain(|path| leave_out::stays(path, stage));
    let starter = files.iter().find(|path| leave_out::is_starter(path, stage));
    let package = starter.and_then(|path| path.parent()).and_then(Path::to_str);
    let package = package.ok_or(format!("stage {stage} is not part of this copy"))?.to_owned();
    copy::write(&repository, &files, &folder)?;
    manifests::mend(&folder, &files)?;
    let pages = files.iter().filter(|path| path.ends_with("stretch/README.md"));
    for page in pages.map(|path| folder.join(path)) {
        let text = fs::read_to_string(&page).map_err(|error| said(&page, &error))?;
        let text = TASKS_ONLY.to_owned() + &leave_out::without_hints(&text);
        fs::write(&page, text).map_err(|error| said(&page, &error))?;
    }
    let paper = PAPER.replace("PACKAGE", &package).replace('N', &stage.to_string());
    for (name, text) in [(".cargo/config.toml", SETTINGS), ("EXAM.md", &paper)] {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&folder)).map_err(|e| said(&file, &e))?;
        fs::write(&file, text).map_err(|error| said(&file, &error))?;
    }
    lock(&folder)?;
    let folder = folder.display();
    let _ = tell::out(format_args!(
        "{folder}: an exam on stage {stage}; EXAM.md is the page for the learner\n"
    ));
    Ok(())
}

fn parse(arguments: Vec<String>) -> Result<(PathBuf, u8), String> {
    let mut folder = None;
    let mut number = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--stage" => number = Some(stage(&arguments.next().unwrap_or_default())?),
            other if other.starts_with('-') => return Err(format!("{other} is no option")),
            other if folder.is_none() => folder = Some(PathBuf::from(other)),
            other => return Err(format!("one folder at a time: what is {other}?")),
        }
    }
    let folder = folder.ok_or("exam needs a new folder to write to")?;
    Ok((new_folder(&folder)?, number.ok_or("exam needs --stage N: which stage is it on?")?))
}

/// Crates that only the later stages use leave the lock file; the others keep their versions.
fn lock(folder: &Path) -> Result<(), String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut update = Command::new(cargo);
    update.args(["update", "--workspace", "--offline", "--quiet"]).current_dir(folder);
    let output = update.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("the copy is no workspace: {}", String::from_utf8_lossy(&output.stderr)))
}
