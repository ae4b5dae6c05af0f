//! Who is measured when, and the bar that shows how far it is.

use indicatif::{ProgressBar, ProgressStyle};

use crate::Failure;
use crate::arguments::Arguments;
use crate::contender::Contender;
use crate::figures::{Row, Sample};
use crate::report::Report;
use crate::running::Running;

/// Measures these servers in turn, round after round, each with its own way of being measured. Who
/// lacks something is left out, and the report says so.
pub fn rounds(
    title: &str,
    contenders: &[Contender],
    arguments: &Arguments,
    report: &mut Report,
    mut measure: impl FnMut(&Running, bool) -> Result<Sample, Failure>,
) -> Result<Vec<Row>, Failure> {
    let is_pinned = report.machine.cores > 1;
    let present = report.present(contenders);
    let mut rows: Vec<Row> = present
        .iter()
        .map(|contender| Row { name: contender.name.to_string(), samples: Vec::new() })
        .collect();
    let bar = bar(arguments.rounds * present.len());
    for round in 0..arguments.rounds {
        for turn in 0..present.len() {
            let which = (turn + round) % present.len(); // another begins each round
            bar.set_message(format!("{title}: {}", present[which].name));
            if rows[which].samples.len() == round {
                match Running::start(present[which], is_pinned) {
                    Ok(running) => rows[which].samples.push(measure(&running, is_pinned)?),
                    Err(failure) => report.leave_out(format!("{title}: {failure}")),
                }
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    rows.retain(|row| row.samples.len() == arguments.rounds); // who has failed once is left out
    Ok(rows)
}

/// A bar of so many steps.
pub fn bar(steps: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len}  {elapsed} of about {duration}  {msg}");
    ProgressBar::new(steps as u64).with_style(style.expect("the template is right"))
}
