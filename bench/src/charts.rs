//! The pictures that the book shows, from the figures on record: `book/src/speed/*.svg`; and where the
//! tables of `tables.rs` are written.
//!
//! The pictures follow the rules of all pictures of the book (`book/AUTHORS.md`): no colours and no styles
//! of their own, and a description for those who hear them.

mod bars;
mod lines;
mod picture;

use std::fs;
use std::path::PathBuf;

use crate::Failure;
use crate::charts::bars::{Bar, bars};
use crate::charts::lines::{Curve, lines};
use crate::charts::picture::Labels;
use crate::contenders::repository;
use crate::experiments::clients::Point;
use crate::figures::Sample;
use crate::report::Report;
use crate::suite::Group;
use crate::tables::tables;

/// A picture, by the name of its file without `.svg`.
type Picture = (&'static str, String);

/// Draws all charts and writes all tables that there are figures for.
pub fn draw(report: &Report) -> Result<(), Failure> {
    for (path, text) in files(report) {
        fs::write(&path, text)?;
        println!("written: {}", path.display());
    }
    Ok(())
}

/// What the book shows, and where it stands.
fn files(report: &Report) -> Vec<(PathBuf, String)> {
    let picture = |(name, text): Picture| {
        (repository().join("book/src/speed").join(format!("{name}.svg")), text)
    };
    let table = |(name, text): (String, String)| {
        (repository().join("bench/measured").join(format!("{name}.md")), text)
    };
    let pictures = pictures(report).into_iter().map(picture);
    pictures.chain(tables(report).into_iter().map(table)).collect()
}

fn pictures(report: &Report) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for group in &report.groups {
        pictures.extend(of_group(group));
    }
    pictures.extend(of_clients(report));
    pictures.extend(of_experiments(report));
    pictures
}

/// Bars for a comparison: how many times what the reference does.
fn of_group(group: &Group) -> Option<Picture> {
    let rate: fn(&Sample) -> f64 = |sample| sample.rate;
    let (name, title, note) = match group.id.as_str() {
        "keep-alive" => ("speed-persistent", "Requests on 64 persistent connections", "requests/s"),
        "pipelined" => ("speed-pipelined", "The same, 16 requests sent ahead", "requests/s"),
        "close" => ("speed-close", "A connection for each request", "requests/s"),
        "doors" => ("speed-doors", "A connection for each request", "requests/s"),
        "doors-kept" => ("speed-doors-kept", "64 persistent connections", "requests/s"),
        "python" => ("speed-python", "An application in Python", "requests/s"),
        "flask" => ("speed-flask", "The same with Flask", "requests/s"),
        "blocking" => ("speed-blocking", "An application that sleeps for 10 ms", "requests/s"),
        _ => return None,
    };
    let bar = |row: &crate::figures::Row| Bar {
        name: row.name.clone(),
        value: row.spread(rate).median,
        is_ours: row.name.starts_with("stage"),
    };
    let labels = Labels { name, title: title.to_string(), unit: note.to_string() };
    Some((name, bars(&labels, &group.rows.iter().map(bar).collect::<Vec<_>>())))
}

/// Two pictures of what happens as clients become more.
fn of_clients(report: &Report) -> Vec<Picture> {
    let curves = &report.experiments.clients;
    if curves.is_empty() {
        return Vec::new();
    }
    let picture = |name, title: &str, unit: &str, figure: fn(&Sample) -> f64| {
        let curves: Vec<Curve> = curves
            .iter()
            .map(|curve| Curve {
                name: curve.name.clone(),
                points: curve.points.iter().map(|point| at(point, figure)).collect(),
                is_new: curve.name.starts_with("stage"),
            })
            .collect();
        let labels = Labels { name, title: title.to_string(), unit: unit.to_string() };
        (name, lines(&labels, "clients", &curves))
    };
    vec![
        picture("speed-clients", "Requests a second, by clients", "requests/s", |sample| {
            sample.rate
        }),
        picture("speed-waiting", "99 of 100 answers came within", "ms", |sample| sample.p99),
    ]
}

fn at(point: &Point, figure: fn(&Sample) -> f64) -> (f64, f64) {
    (point.clients as f64, figure(&point.sample))
}

fn of_experiments(report: &Report) -> Vec<Picture> {
    let experiments = &report.experiments;
    let mut pictures = Vec::new();
    let mut add = |name, title: &str, unit: &str, all: Vec<Bar>| {
        if !all.is_empty() {
            let labels = Labels { name, title: title.to_string(), unit: unit.to_string() };
            pictures.push((name, bars(&labels, &all)));
        }
    };
    let slow = experiments.slow.iter().map(|slow| Bar {
        name: slow.name.clone(),
        value: slow.beside / slow.alone * 100.0,
        is_ours: true,
    });
    let title = "What is left of the speed beside one slow client";
    add("speed-slow", title, "%", slow.collect());
    let held = experiments.memory.iter().map(|held| Bar {
        name: held.name.clone(),
        value: held.each,
        is_ours: held.name.starts_with("stage"),
    });
    add("speed-memory", "Memory of an idle connection", "KiB", held.collect());
    let fork = experiments.fork.iter().map(|cost| Bar {
        name: format!("{} MB", cost.megabytes),
        value: cost.microseconds,
        is_ours: false,
    });
    add("speed-fork", "A fork, by the size of the parent", "microseconds", fork.collect());
    pictures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recorded;

    /// Else the pictures could tell of another run than the text beside them.
    #[test]
    fn what_the_book_shows_is_made_from_the_figures_on_record() {
        let report = Report::read(&recorded()).expect("the figures are there");
        for (path, made) in files(&report) {
            let shown = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(shown, made, "{}: cargo run --release -p bench -- --charts", path.display());
        }
    }
}
