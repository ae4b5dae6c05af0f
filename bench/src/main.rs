//! How fast is it, and why: our five servers beside what people would use instead.
//!
//! `cargo run --release -p bench` measures everything (about a quarter of an hour), `-- --quick` the
//! main figures in less than a minute. Servers take turns, so that what else the machine does meets all
//! of them; each is started anew for each round, on a core of its own, and the load on another. What is
//! printed are medians of rounds, and ratios of what was measured in the same round.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `arguments.rs` | the command line |
//! | `machine.rs` | what is measured on, and whether it is quiet |
//! | `contender.rs` | a server to be measured, and how it is started |
//! | `contenders.rs` | all of them |
//! | `running.rs` | one that runs: its port, its processes |
//! | `processes.rs` | the CPU time and memory of processes |
//! | `load.rs` | requests, by wrk |
//! | `echo.rs` | connections for stage 1, which speaks no HTTP |
//! | `rounds.rs` | who is measured when, and the bar that shows it |
//! | `figures.rs` | medians, spreads, ratios |
//! | `suite.rs` | the main comparisons |
//! | `goals.rs` | what they are held against |
//! | `experiments.rs` | the experiments of the book's chapter |
//! | `learner.rs` | how long a learner waits |
//! | `instructions.rs` | the instructions of one request, which CI compares |
//! | `report.rs` | what is printed, and the JSON |
//! | `charts.rs`, `tables.rs` | the pictures and tables that the book shows, from the JSON |

mod arguments;
mod charts;
mod contender;
mod contenders;
mod echo;
mod experiments;
mod figures;
mod goals;
mod instructions;
mod learner;
mod load;
mod machine;
mod processes;
mod report;
mod rounds;
mod running;
mod suite;
mod tables;

use std::process::ExitCode;

use arguments::{Arguments, Task};
use report::Report;

/// What goes wrong is told to a person, who can then do something about it.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = Arguments::parse()? else { return Ok(()) };
    match &arguments.task {
        Task::Measure => measure(&arguments),
        Task::Instructions => instructions::compare(arguments.record),
        Task::Learner => time_a_learner(arguments.record),
        Task::Charts => charts::draw(&Report::read(&report::recorded())?),
    }
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    load::find()?;
    let machine = machine::Machine::look();
    machine.warn_if_busy();
    contenders::build()?;
    let mut report = if arguments.record && !arguments.only.is_empty() {
        Report::read(&report::recorded())? // what is not measured now stays as it is
    } else {
        Report::new(machine)
    };
    suite::measure(arguments, &mut report)?;
    if !arguments.quick || !arguments.only.is_empty() {
        experiments::measure(arguments, &mut report)?;
        if arguments.only.is_empty() {
            report.learner = Some(learner::measure()?);
        }
    }
    report.print();
    report.write(arguments.record)?;
    if arguments.record { charts::draw(&report) } else { Ok(()) }
}

fn time_a_learner(is_for_the_record: bool) -> Result<(), Failure> {
    let learner = learner::measure()?;
    learner.print();
    if is_for_the_record {
        let mut report = Report::read(&report::recorded())?;
        report.learner = Some(learner);
        report.write(true)?;
        charts::draw(&report)?;
    }
    Ok(())
}
