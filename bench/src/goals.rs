//! What is to be reached: a server's figure, so many times that of another, in one run.

use crate::figures::Sample;
use crate::report::Report;

/// Which figure a goal is about: requests a second must reach it, CPU time must not pass it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Rate,
    Cpu,
}

use Figure::{Cpu, Rate};

/// The comparison, the server, its figure, the server that it is held against, what must be reached, and
/// what is hoped for.
const GOALS: [(&str, &str, Figure, &str, f64, f64); 12] = [
    ("keep-alive", "stage 5, async", Cpu, "hyper", 0.90, 0.80),
    ("keep-alive", "stage 5, async", Rate, "hyper", 1.0, 1.0),
    ("keep-alive", "stage 5", Rate, "hyper", 0.45, 0.60),
    ("pipelined", "stage 5, async", Cpu, "hyper", 0.75, 0.65),
    ("pipelined", "stage 5, async", Rate, "hyper", 1.2, 1.35),
    ("close", "stage 4", Rate, "C, fork", 0.95, 1.1),
    ("close", "stage 4", Rate, "Python, fork", 3.5, 3.5),
    ("close", "stage 2", Cpu, "C, iterative", 1.3, 1.1),
    ("close", "stage 3", Cpu, "C, iterative", 1.3, 1.1),
    ("python", "stage 3", Rate, "gunicorn", 4.0, 4.0),
    ("python", "stage 4", Rate, "gunicorn", 0.8, 0.9),
    ("python", "stage 5", Rate, "gunicorn", 3.0, 3.0),
];

/// A goal, and what came of it.
pub struct Result {
    pub group: &'static str,
    pub name: &'static str,
    pub against: &'static str,
    /// Of what.
    pub what: &'static str,
    /// "at least" or "at most".
    pub word: &'static str,
    pub least: f64,
    pub aim: f64,
    /// The median of the ratios of each round.
    pub ratio: f64,
    pub is_met: bool,
}

/// All goals that this report can tell something of.
pub fn results(report: &Report) -> Vec<Result> {
    let results = GOALS.iter().filter_map(|&(group, name, figure, against, least, aim)| {
        let of = report.group(group)?;
        let (row, other) = (of.row(name)?, of.row(against)?);
        let (value, what, word): (fn(&Sample) -> f64, _, _) = match figure {
            Rate => (|sample| sample.rate, "requests/s", "at least"),
            Cpu => (|sample| sample.cpu, "CPU", "at most"),
        };
        let ratio = row.times(other, value).median;
        let is_met = if figure == Rate { ratio >= least } else { ratio <= least };
        Some(Result { group, name, against, what, word, least, aim, ratio, is_met })
    });
    results.collect()
}

/// Prints them.
pub fn print(report: &Report) {
    let results = results(report);
    if !results.is_empty() {
        println!("\nGoals (median of the ratios of each round)");
    }
    for Result { group, name, against, what, word, least, aim, ratio, is_met } in results {
        let verdict = if is_met { "met" } else { "MISSED" };
        println!(
            "  {verdict:7} {group:10} {name:15} {what:10} x {against:12} {ratio:5.2}   {word} {least:.2}, \
             aim {aim:.2}"
        );
    }
}
