//! The command line of `mark`.

use std::path::{Path, PathBuf};

use super::copy;
use super::workshop::package;

/// What `--help` says.
pub const HELP: &str = "\
usage: cargo run -p grader -- mark FOLDER [OPTIONS]

FOLDER holds the submissions: for each student one folder, or one archive (.zip, .tar, .tar.gz,
.tgz). In it, wherever it is, the student's file stageN-mine.rs or folder stageN-mine.

  --stage N         mark this stage only; may be given more than once; without it: all five;
                    the marks of other stages stay as they were
  --command TEXT    the servers are no Rust: start each with this command, in a copy of the
                    student's folder, as in --command 'python3 server.py' --stage 2; the folder
                    must hold all that the server imports
  --out FOLDER      where the marks go; without it: beside FOLDER, FOLDER-marks
  --seconds N       time for one student and stage, building included (600)
  --memory MIB      memory for one student and stage (3072)
  --processes N     processes for one student and stage (1024)
  --show FOLDER     let the servers read this folder too, for an interpreter that is installed
                    outside of /usr; may be given more than once

Interrupted and started again, it goes on where it was. What is unchanged is not marked twice.
";

/// What the person who marks has asked for.
#[derive(Debug)]
pub struct Options {
    pub folder: PathBuf,
    pub out: PathBuf,
    pub stages: Vec<u8>,
    pub command: Option<String>,
    pub seconds: u64,
    pub memory: u64,
    pub processes: u64,
    pub show: Vec<PathBuf>,
}

impl Options {
    /// What is wrong comes back as a sentence that says what to type.
    pub fn parse(arguments: Vec<String>) -> Result<Options, String> {
        let mut folder = None;
        let mut out = None;
        let mut options = Options::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value =
                || arguments.next().ok_or(format!("{argument} needs a value behind it"));
            match argument.as_str() {
                "--stage" => options.stages.push(stage(&value()?)?),
                "--command" => options.command = Some(value()?),
                "--out" => out = Some(PathBuf::from(value()?)),
                "--seconds" => options.seconds = number(&argument, &value()?)?,
                "--memory" => options.memory = number(&argument, &value()?)?,
                "--processes" => options.processes = number(&argument, &value()?)?,
                "--show" => options.show.push(existing(&value()?)?),
                other if other.starts_with('-') => return Err(format!("{other} is no option")),
                other if folder.is_none() => folder = Some(existing(other)?),
                other => return Err(format!("one folder at a time: what is {other}?")),
            }
        }
        options.folder = folder.ok_or("mark needs the folder with the submissions")?;
        options.out = new_folder(&out.unwrap_or_else(|| beside(&options.folder)))?;
        options.settle()
    }

    fn settle(mut self) -> Result<Options, String> {
        if self.command.is_some() && self.stages.is_empty() {
            return Err("--command needs --stage N: which stage do these servers belong to?".into());
        }
        // A copy for an exam has not all of them.
        let is_there = |stage: &u8| copy::repository().join(package(*stage)).exists();
        if let Some(missing) = self.stages.iter().find(|stage| !is_there(stage)) {
            return Err(format!("stage {missing} is not part of this copy of the repository"));
        }
        if self.stages.is_empty() {
            self.stages = (1..=5).filter(is_there).collect();
        }
        self.stages.sort_unstable();
        self.stages.dedup();
        if self.out.starts_with(&self.folder) {
            return Err("--out must not be inside the folder with the submissions".into());
        }
        Ok(self)
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            folder: PathBuf::new(),
            out: PathBuf::new(),
            stages: Vec::new(),
            command: None,
            // The checks of one stage have 300 s; a first build of a slow machine needs the rest.
            seconds: 600,
            // rustc needs about 1 GiB, 512 threads of stage 5 some 100 MiB.
            memory: 3072,
            // Stage 4 may have 256 children, and the checks start up to 16 servers at a time.
            processes: 1024,
            show: Vec::new(),
        }
    }
}

/// The number of a stage.
pub fn stage(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|number| (1..=5).contains(number));
    number.ok_or_else(|| format!("--stage is a number from 1 to 5, not {text:?}"))
}

fn number(option: &str, text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.ok_or_else(|| format!("{option} is a whole number from 1 on, not {text:?}"))
}

fn existing(text: &str) -> Result<PathBuf, String> {
    let folder = Path::new(text).canonicalize().map_err(|error| format!("{text}: {error}"))?;
    if folder.is_dir() { Ok(folder) } else { Err(format!("{text} is no folder")) }
}

/// A folder that need not be there yet, in one that is: without `..`, so that it can be compared.
pub fn new_folder(path: &Path) -> Result<PathBuf, String> {
    let said = |error| format!("{}: {error}", path.display());
    if path.exists() {
        return path.canonicalize().map_err(said);
    }
    let name = path.file_name().ok_or(format!("{} names no folder", path.display()))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new(".")).canonicalize();
    Ok(parent.map_err(said)?.join(name))
}

fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push("-marks");
    folder.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Options, String> {
        Options::parse(line.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_folder_is_enough() {
        let options = parse(&["/tmp"]).expect("that is all it needs");
        assert_eq!(options.stages, [1, 2, 3, 4, 5]);
        assert!(options.out.ends_with("tmp-marks"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, word) in [
            (&[][..], "folder"),
            (&["/tmp", "--stage", "6"], "1 to 5"),
            (&["/tmp", "--stage"], "value"),
            (&["/tmp", "--command", "x"], "--stage N"),
            (&["/tmp", "--out", "/tmp/x"], "inside"),
            (&["/tmp", "--fast"], "--fast"),
        ] {
            let said = parse(line).expect_err("it is wrong");
            assert!(said.contains(word), "{said}");
        }
    }
}
