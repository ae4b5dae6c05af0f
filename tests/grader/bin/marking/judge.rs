//! Marks one stage of one submission: builds it, runs its checks, reads their verdict.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::build::{self, Failed, build};
use super::cell::Room;
use super::checksum::Checksum;
use super::clock;
use super::handed::{Files, Handed};
use super::mark::{Mark, State};
use super::options::Options;
use super::submission::Submission;
use super::verdict::{report, verdict};
use super::watch::{self, Ended};
use super::workshop::{Workshop, package};

/// For files that a server in another language writes into its folder.
const MOST_WRITTEN: u64 = 256 << 20;

/// What is to be known before the first submission.
pub struct Judge<'j> {
    workshop: &'j Workshop,
    command: Option<&'j str>,
    /// For each stage: the program of its checks, and a result with nothing in it.
    stages: Vec<(u8, PathBuf, String)>,
    key: String,
}

impl<'j> Judge<'j> {
    /// Builds all checks without any submission. If that fails, it is nobody's fault but ours.
    pub fn new(workshop: &'j Workshop, options: &'j Options) -> Result<Judge<'j>, String> {
        let (command, stages) = (options.command.as_deref(), Vec::new());
        let Options { seconds, memory, processes, .. } = options;
        let settings = format!("{command:?} {seconds} {memory} {processes}");
        let key = Checksum::new().add(workshop.key()).add(settings).as_text();
        let mut judge = Judge { workshop, command, stages, key };
        for &stage in &options.stages {
            grader::tell::err(format_args!("building the checks of stage {stage}"));
            let until = Workshop::end_of_first_build();
            let test = build(workshop, stage, until).or_else(|_| {
                // The sandbox has no network; crates that are missing are fetched outside of it.
                workshop.fetch();
                build(workshop, stage, until)
            });
            let test = test.map_err(|failed| broken(stage, &failed))?;
            let run = judge.run(&test, stage, None, until)?;
            let (_, result) = verdict(&run).map_err(|why| format!("stage {stage}: {why}"))?;
            judge.stages.push((stage, test, result));
        }
        Ok(judge)
    }

    /// Another one for other checks and other settings.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The mark, and a report for the student.
    pub fn mark(
        &self,
        submission: &Submission,
        handed: &Handed,
        stage: u8,
    ) -> Result<(Mark, String), String> {
        let began = Instant::now();
        let known = self.stages.iter().find(|(number, ..)| *number == stage);
        let (_, test, blank) = known.ok_or("the stage was not asked for")?;
        let mut mark = Mark::blank(submission, stage, blank, &handed.commit);
        let told = match handed.stage(stage) {
            Err(why) => mark.fails(State::Unreadable, why),
            Ok(None) => mark.fails(State::Missing, "not handed in"),
            Ok(Some(files)) if files.files.is_empty() => mark.fails(State::Missing, &files.note),
            Ok(Some(files)) => self.graded(&mut mark, test, files)?,
        };
        mark.seconds = began.elapsed().as_secs();
        mark.time = clock::now();
        let report = report(&mark, handed.stage(stage).ok().flatten(), &told);
        Ok((mark, report))
    }

    /// Fills in `mark`, and returns what the student should read.
    fn graded(&self, mark: &mut Mark, test: &Path, files: &Files) -> Result<String, String> {
        let until = self.workshop.end();
        mark.note.clone_from(&files.note);
        let served = match self.command {
            Some(_) => Some(self.workshop.serve_from(&files.files)?),
            None => {
                self.workshop.place(mark.stage, &files.files)?;
                None
            }
        };
        let rebuilt = match served {
            Some(_) => Ok(test.to_owned()),
            None => build(self.workshop, mark.stage, until),
        };
        let test = match rebuilt {
            Ok(test) => test,
            Err(Failed { short, whole }) => {
                mark.fails(State::NotBuilt, &short);
                return Ok(whole);
            }
        };
        let run = self.run(&test, mark.stage, served.as_deref(), until)?;
        Ok(match verdict(&run) {
            Ok((report, result)) => {
                mark.take(&result);
                report
            }
            Err(why) => mark.fails(State::NoVerdict, &why),
        })
    }

    /// Runs the checks. They see the copy, their own program and the learner's, and no more.
    fn run(
        &self,
        test: &Path,
        stage: u8,
        served: Option<&Path>,
        until: Instant,
    ) -> Result<Ended, String> {
        let learners = build::learners(self.workshop, stage);
        let copy = self.workshop.copy.as_path();
        let mut read = vec![copy, test];
        let is_built = served.is_none() && learners.exists();
        // What it was compiled from tells whether it is the learner's own.
        let sources = grader::dep_info(&learners).filter(|_| is_built);
        read.extend(Some(learners.as_path()).filter(|_| is_built));
        read.extend(sources.as_deref());
        let write: Vec<&Path> = served.into_iter().collect();
        let slow = std::env::var_os("GRADE_SLOW").unwrap_or_default();
        let mut environment = vec![
            ("GRADE", OsStr::new("mine")),
            ("GRADE_JSON", OsStr::new("-")),
            ("GRADE_SLOW", slow.as_os_str()),
            ("PWD", served.unwrap_or(copy).as_os_str()),
        ];
        if served.is_some() {
            let command = self.command.map_or(OsStr::new(""), OsStr::new);
            environment.push(("SERVER_CMD", command));
        }
        let folder = served.map_or_else(|| copy.join(package(stage)), Path::to_owned);
        let room = Room { read: &read, write: &write, folder: &folder, environment: &environment };
        let line = [test.to_string_lossy().into_owned()];
        let command = self.workshop.cell.command(&line, &room, &self.workshop.fence());
        let folder = served.map(|folder| (folder.to_owned(), MOST_WRITTEN));
        watch::run(command, &self.workshop.limits(until, folder))
    }
}

fn broken(stage: u8, failed: &Failed) -> String {
    let advice = "the checks themselves can't be built. If crates are missing, type `cargo fetch \
                  --locked` where there is a network, and start again";
    format!("{}\nstage {stage}: {advice}", failed.whole.trim_end())
}
