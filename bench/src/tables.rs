//! The figures as tables that the book includes: `bench/measured/*.md`.

use std::fmt::Write;

use crate::goals::results;
use crate::report::Report;
use crate::suite::Group;

/// The tables, by the names of their files without `.md`.
pub fn tables(report: &Report) -> Vec<(String, String)> {
    let mut tables: Vec<(String, String)> =
        report.groups.iter().map(|group| (group.id.clone(), comparison(group))).collect();
    tables.push(("goals".to_string(), goals(report)));
    tables.push(("machine".to_string(), machine(report)));
    if report.learner.is_some() {
        tables.push(("learner".to_string(), learner(report)));
    }
    tables
}

fn comparison(group: &Group) -> String {
    let mut table = format!(
        "| | requests/s | × {0} | CPU seconds for 100,000 | × {0} | 99 of 100 within |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
        group.reference
    );
    let reference = group.row(&group.reference);
    for row in &group.rows {
        let median = |figure| row.spread(figure).median;
        let times = |figure| reference.map_or(f64::NAN, |other| row.times(other, figure).median);
        let _ = writeln!(
            table,
            "| {} | {} | {:.2} | {:.2} | {:.2} | {:.1} ms |",
            row.name,
            thousands(median(|sample| sample.rate)),
            times(|sample| sample.rate),
            median(|sample| sample.cpu),
            times(|sample| sample.cpu),
            median(|sample| sample.p99),
        );
    }
    table
}

fn goals(report: &Report) -> String {
    let mut table = "| comparison | server | figure | goal | reached |\n\
                     | --- | --- | --- | ---: | ---: |\n"
        .to_string();
    for result in results(report) {
        let mark = if result.is_met { "" } else { " (missed)" };
        let _ = writeln!(
            table,
            "| {} | {} | {} × {} | {} {:.2} | {:.2}{mark} |",
            result.group,
            result.name,
            result.what,
            result.against,
            result.word,
            result.least,
            result.ratio
        );
    }
    table
}

fn machine(report: &Report) -> String {
    let machine = &report.machine;
    let rounds = report.groups.first().and_then(|group| group.rows.first());
    let rounds = rounds.map_or(0, |row| row.samples.len());
    format!(
        "{} cores of an {} (virtual machine), {}, {}; medians of {rounds} rounds.\n",
        machine.cores,
        machine.processor,
        machine.kernel,
        short(&machine.rustc)
    )
}

/// `rustc 1.95.0`, without the commit behind it.
fn short(rustc: &str) -> String {
    rustc.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn learner(report: &Report) -> String {
    let mut table =
        "| stage | from a clone to a server that listens | from an edit to a verdict |\n\
         | --- | ---: | ---: |\n"
            .to_string();
    for waits in report.learner.iter().flat_map(|learner| &learner.stages) {
        let (stage, listening, verdict) = (&waits.stage, waits.listening, waits.verdict);
        let _ = writeln!(table, "| `{stage}` | {listening:.0} s | {verdict:.1} s |");
    }
    table
}

/// `12,345`.
fn thousands(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(thousands(7.2), "7");
        assert_eq!(thousands(999.9), "1,000");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }
}
