//! `grader mark FOLDER`: marks what a class has handed in, one submission and one stage at a time.
//!
//! Whatever a submission does, the next one gets the mark that it deserves: of a submission, only a
//! learner's files are taken, into a clean copy of the repository; they are built and run apart,
//! within limits; and each result is kept as soon as it is there.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `options.rs` | the command line |
//! | `submission.rs` | what is in the folder: one folder or archive a student |
//! | `unpack.rs` | opens an archive; `tree.rs` copies and counts files that nobody has vouched for |
//! | `handed.rs` | which of a submission's files are marked; `commit.rs` reads its commit |
//! | `copy.rs` | the clean copy of the repository |
//! | `workshop.rs` | where the copy is built; `build.rs` builds one stage of one submission |
//! | `cell.rs` | the sandbox: no network, no foreign files |
//! | `fence.rs` | limits that a program can't lift; `watch.rs` ends what goes beyond the others |
//! | `sweep.rs` | ends whatever a submission has started, also when the marking is interrupted |
//! | `judge.rs` | marks one stage of one submission; `verdict.rs` reads what the checks say of it |
//! | `mark.rs` | the result of that, kept in a file |
//! | `marks.rs` | all of them: as a table, as CSV, as JSON |
//! | `clock.rs`, `checksum.rs`, `progress.rs` | the time in UTC, a checksum, a progress bar |

mod build;
mod cell;
mod checksum;
mod clock;
mod commit;
pub mod copy;
pub mod fence;
mod handed;
mod judge;
mod mark;
mod marks;
pub mod options;
mod progress;
mod submission;
mod sweep;
pub mod tree;
mod unpack;
mod verdict;
mod watch;
mod workshop;

use std::fs;
use std::path::Path;

use grader::tell;

use crate::Error;
use checksum::Checksum;
use handed::Handed;
use judge::Judge;
use mark::Mark;
use marks::Marks;
use options::Options;
use progress::Progress;
use submission::Submission;
use workshop::Workshop;

pub use options::HELP;

/// Marks the folder that the command line names. An error is one for the person who has typed it.
pub fn run(arguments: Vec<String>) -> Result<(), Error> {
    let options = Options::parse(arguments).map_err(Error::Usage)?;
    let submissions = submission::find(&options.folder)?;
    fs::create_dir_all(&options.out).map_err(|error| said(&options.out, &error))?;
    sweep::on_interrupt();
    let workshop = Workshop::open(&options)?;
    let judge = Judge::new(&workshop, &options)?;
    let mut marks = Marks::new(&options, workshop.cell.is_sandbox());
    let mut progress = Progress::new(submissions.len());
    for submission in &submissions {
        progress.begins(&submission.id);
        let found = all_stages(&judge, &workshop, submission, &options)?;
        progress.ends(&found);
        marks.add(found);
        marks.write()?;
    }
    progress.done();
    marks.write()?;
    // The files are written, whoever reads this.
    let _ = tell::out(marks.table());
    Ok(())
}

/// The marks of one submission: those that are known already, and those that are made now. A stage
/// that is not asked for keeps the mark that it was given last.
fn all_stages(
    judge: &Judge,
    workshop: &Workshop,
    submission: &Submission,
    options: &Options,
) -> Result<Vec<Mark>, String> {
    let handed = Handed::open(submission, workshop, options.command.as_deref());
    let folder = options.out.join("reports").join(&submission.slug);
    fs::create_dir_all(&folder).map_err(|error| said(&folder, &error))?;
    let mut marks = Vec::new();
    for stage in 1..=5 {
        let file = folder.join(format!("stage{stage}.json"));
        let last = fs::read_to_string(&file).ok().and_then(|text| Mark::read(&text));
        if !options.stages.contains(&stage) {
            marks.extend(last.map(|(mark, _)| mark));
            continue;
        }
        let key = Checksum::new().add(judge.key()).add(handed.key(stage)).as_text();
        let mark = match last.and_then(|(mark, its_key)| (its_key == key).then_some(mark)) {
            Some(mark) => mark,
            None => {
                let (mark, report) = judge.mark(submission, &handed, stage)?;
                // The report first: a mark that is there says that its report is there too.
                let text = folder.join(format!("stage{stage}.txt"));
                mark::replace(&text, &report).map_err(|error| said(&text, &error))?;
                let json = mark.as_json(Some(&key)).to_text();
                mark::replace(&file, &json).map_err(|error| said(&file, &error))?;
                mark
            }
        };
        marks.push(mark);
    }
    workshop.clear_scratch();
    Ok(marks)
}

/// As in `marks/x: permission denied`.
pub fn said(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
