//! The command line.

use lexopt::Arg::{Long, Short, Value};
use lexopt::{Parser, ValueExt};

use crate::Failure;

const HELP: &str = "\
bench: our five servers beside what people would use instead

Usage: cargo run --release -p bench -- [OPTIONS] [GROUP...]
  GROUP           measure these only: keep-alive, pipelined, close, doors, doors-kept, echo, python,
                  flask, blocking, slow, clients, memory, fork
  --quick         the main figures, in less than a minute
  --rounds N      how often everything is measured; 5 if nothing is said, 1 with --quick
  --seconds S     how long each time; 2 if nothing is said, 1 with --quick
  --record        put what is measured on record: for the book's tables and charts, and for CI
  --charts        draw the book's charts again from its figures
  --learner       how long a learner waits, from a clone to an answer and from an edit to a verdict
  --instructions  the instructions that one request takes in each stage, against those on record

Needs Linux and wrk (Debian: apt install wrk); --instructions needs valgrind. Peers that are found in PATH are
measured too: nginx, gunicorn, waitress-serve, uwsgi, granian, python3, cc.";

/// What can be measured by itself.
const GROUPS: [&str; 13] = [
    "keep-alive",
    "pipelined",
    "close",
    "doors",
    "doors-kept",
    "echo",
    "python",
    "flask",
    "blocking",
    "slow",
    "clients",
    "memory",
    "fork",
];

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Measure, and report.
    Measure,
    /// Count instructions, and compare them or put them on record.
    Instructions,
    /// Time what a learner waits for.
    Learner,
    /// Draw the charts.
    Charts,
}

/// What the command line asks for.
#[derive(Debug)]
pub struct Arguments {
    pub task: Task,
    /// Only the main figures.
    pub quick: bool,
    /// How often.
    pub rounds: usize,
    /// How long each time, in seconds.
    pub seconds: u64,
    /// Whether what is measured is put on record.
    pub record: bool,
    /// The groups that are asked for; all if none is.
    pub only: Vec<String>,
}

impl Arguments {
    /// What the command line asks for; `None` if that was help, which is printed then.
    pub fn parse() -> Result<Option<Arguments>, Failure> {
        let mut parser = Parser::from_env();
        let (mut quick, mut record, mut rounds, mut seconds) = (false, false, None, None);
        let (mut task, mut only) = (Task::Measure, Vec::new());
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => {
                    println!("{HELP}");
                    return Ok(None);
                }
                Long("quick") => quick = true,
                Long("record") => record = true,
                Long("charts") => task = Task::Charts,
                Long("learner") => task = Task::Learner,
                Long("instructions") => task = Task::Instructions,
                Long("rounds") => rounds = Some(parser.value()?.parse()?),
                Long("seconds") => seconds = Some(parser.value()?.parse()?),
                Value(group) => only.push(known(group.string()?)?),
                _ => return Err(argument.unexpected().into()),
            }
        }
        let rounds = rounds.unwrap_or(if quick { 1 } else { 5 });
        let seconds = seconds.unwrap_or(if quick { 1 } else { 2 });
        if rounds == 0 || seconds == 0 {
            return Err("--rounds and --seconds must be at least 1".into());
        }
        Ok(Some(Arguments { task, quick, rounds, seconds, record, only }))
    }

    /// Whether this group is to be measured.
    pub fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == group)
    }
}

/// The name of a group, if it is one.
fn known(group: String) -> Result<String, Failure> {
    if GROUPS.contains(&group.as_str()) {
        return Ok(group);
    }
    Err(format!("there is no group {group:?}; there are {}", GROUPS.join(", ")).into())
}
