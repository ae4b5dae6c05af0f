//! The experiments of the book's chapter: one question each. (More questions are answered by the main
//! comparisons: keep-alive against close, pipelining, an environ as a HashMap.)

pub mod clients;
mod fork;
mod memory;
mod slow;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::arguments::Arguments;
use crate::contenders::variant;
use crate::load::Load;
use crate::report::Report;
use crate::rounds::rounds;

/// What came of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Experiments {
    /// What happens as clients become more?
    pub clients: Vec<clients::Curve>,
    /// What does one slow client do to the others?
    pub slow: Vec<slow::Beside>,
    /// What does a connection cost that nobody uses?
    pub memory: Vec<memory::Held>,
    /// What does a fork cost a process that has grown?
    pub fork: Vec<fork::Cost>,
}

/// Makes the experiments that are asked for.
pub fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    if arguments.wants("blocking") {
        let contenders =
            [variant("on threads", "sleep-threads"), variant("in the task", "sleep-inline")];
        let load = Load { connections: 64, closes: false, depth: 1, seconds: arguments.seconds };
        let rows = rounds("blocking", &contenders, arguments, report, |running, is_pinned| {
            load.measure(running, is_pinned)
        })?;
        report.add("blocking", "An application that sleeps for 10 ms", "on threads", rows);
    }
    if arguments.wants("slow") {
        report.experiments.slow = slow::measure(arguments, report)?;
    }
    if arguments.wants("clients") {
        report.experiments.clients = clients::measure(arguments, report)?;
    }
    if arguments.wants("memory") {
        report.experiments.memory = memory::measure(report)?;
    }
    if arguments.wants("fork") {
        report.experiments.fork = fork::measure()?;
    }
    Ok(())
}

impl Experiments {
    /// Prints all that was measured.
    pub fn print(&self) {
        clients::print(&self.clients);
        slow::print(&self.slow);
        memory::print(&self.memory);
        fork::print(&self.fork);
    }
}
