//! What is printed, and the JSON: `target/release/bench.json`, and for the book
//! `bench/measured/figures.json`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::contender::Contender;
use crate::contenders::{BUILT, repository};
use crate::experiments::Experiments;
use crate::figures::Row;
use crate::goals;
use crate::learner::Learner;
use crate::machine::Machine;
use crate::suite::Group;

/// All that was measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    pub groups: Vec<Group>,
    pub experiments: Experiments,
    pub learner: Option<Learner>,
    /// Who could not be measured, and what is missing.
    pub left_out: Vec<String>,
}

/// The figures that the book shows.
pub fn recorded() -> PathBuf {
    repository().join("bench/measured/figures.json")
}

impl Report {
    /// Nothing yet.
    pub fn new(machine: Machine) -> Report {
        let experiments = Experiments::default();
        Report { machine, groups: Vec::new(), experiments, learner: None, left_out: Vec::new() }
    }

    /// What was written before.
    pub fn read(path: &Path) -> Result<Report, Failure> {
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// The contenders that are there; the others are noted.
    pub fn present<'c>(&mut self, contenders: &'c [Contender]) -> Vec<&'c Contender> {
        for contender in contenders {
            let Some(lacks) = &contender.lacks else { continue };
            self.leave_out(format!("{}: there is no {lacks}", contender.name));
        }
        contenders.iter().filter(|contender| contender.lacks.is_none()).collect()
    }

    /// Notes who is not measured, and why.
    pub fn leave_out(&mut self, line: String) {
        if !self.left_out.contains(&line) {
            self.left_out.push(line);
        }
    }

    /// Adds a comparison, in the place of an earlier one.
    pub fn add(&mut self, id: &str, title: &str, reference: &str, rows: Vec<Row>) {
        let (id, title, reference) = (id.to_string(), title.to_string(), reference.to_string());
        let group = Group { id, title, reference, rows };
        match self.groups.iter_mut().find(|earlier| earlier.id == group.id) {
            Some(earlier) => *earlier = group,
            None => self.groups.push(group),
        }
    }

    /// The comparison of that name.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// Prints everything as tables.
    pub fn print(&self) {
        let Machine { processor, cores, kernel, rustc, .. } = &self.machine;
        println!("{processor}, {cores} cores, {kernel}, {rustc}");
        for group in &self.groups {
            print_group(group);
        }
        self.experiments.print();
        goals::print(self);
        if let Some(learner) = &self.learner {
            learner.print();
        }
        if !self.left_out.is_empty() {
            println!("\nLeft out:");
            self.left_out.iter().for_each(|line| println!("  {line}"));
        }
    }

    /// Writes the JSON; also where the book takes it from, if it is for the book.
    pub fn write(&self, is_for_the_book: bool) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        let own = BUILT.join("bench.json");
        fs::write(&own, &text)?;
        println!("\nwritten: {}", own.display());
        if is_for_the_book {
            fs::create_dir_all(recorded().parent().unwrap_or(Path::new(".")))?;
            fs::write(recorded(), text)?;
            println!("written: {}", recorded().display());
        }
        Ok(())
    }
}

fn print_group(group: &Group) {
    println!("\n{}, x {}", group.title, group.reference);
    println!(
        "  {:22} {:>10} {:>17} {:>6}  {:>9} {:>6}  {:>8} {:>8} {:>7}",
        "", "requests/s", "least..most", "x", "CPU s/100k", "x", "p50 ms", "p99 ms", "errors"
    );
    let reference = group.row(&group.reference);
    for row in &group.rows {
        let (rate, cpu) = (row.spread(|sample| sample.rate), row.spread(|sample| sample.cpu));
        let times = |figure| reference.map_or(f64::NAN, |other| row.times(other, figure).median);
        println!(
            "  {:22} {:>10.0} {:>17} {:>6.2}  {:>10.2} {:>6.2}  {:>8.2} {:>8.2} {:>7.0}",
            row.name,
            rate.median,
            format!("{:.0}..{:.0}", rate.least, rate.most),
            times(|sample| sample.rate),
            cpu.median,
            times(|sample| sample.cpu),
            row.spread(|sample| sample.p50).median,
            row.spread(|sample| sample.p99).median,
            row.samples.iter().map(|sample| sample.errors).sum::<f64>(),
        );
    }
}
