//! A simulation for the book: a request that asks many servers waits for the slowest of them.
//!
//! `cargo run -p deploy --bin tail` prints its tables, and `-- --write` puts them and the chart where the
//! book shows them. It computes the same each time and on each machine: nothing is measured, and chance
//! begins at a fixed number. The chart is drawn by what draws those of `bench`.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `servers.rs` | how long one server takes, and a hedged request |
//! | `percentiles.rs` | many requests, and how long they took |
//! | `charts.rs` | what draws the chart |

use std::fmt::Write;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "tail/charts.rs"]
mod charts;
#[path = "tail/percentiles.rs"]
mod percentiles;
#[path = "tail/servers.rs"]
mod servers;

use charts::lines::{Curve, lines};
use charts::picture::Labels;
use percentiles::{Waits, waits};
use servers::{HALF, LATE, NEVER, after};

/// How many servers a request asks.
const FAN_OUT: [usize; 7] = [1, 2, 5, 10, 20, 50, 100];
/// In the table of hedges, so many.
const ASKED: usize = 20;

fn main() -> io::Result<()> {
    let is_writing = env::args().nth(1).is_some_and(|argument| argument == "--write");
    for (path, text) in files() {
        if is_writing {
            fs::write(&path, text)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            // Not println!: it panics where nobody reads any more, as behind `head`.
            let _ = writeln!(io::stdout(), "{text}");
        }
    }
    Ok(())
}

/// What the book shows, and where it stands.
fn files() -> [(PathBuf, String); 3] {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plain = FAN_OUT.map(|asked| waits(asked, NEVER));
    let hedged = FAN_OUT.map(|asked| waits(asked, after(LATE)));
    [
        (here.join("../../book/src/beyond/tail.svg"), chart(&plain, &hedged)),
        (here.join("tail/by_servers.md"), by_servers(&plain, &hedged)),
        (here.join("tail/by_hedges.md"), by_hedges()),
    ]
}

fn chart(plain: &[Waits], hedged: &[Waits]) -> String {
    let curve = |name: &str, waits: &[Waits], figure: fn(&Waits) -> f64, is_new| Curve {
        name: name.to_owned(),
        points: waits.iter().map(|waits| (waits.asked as f64, figure(waits))).collect(),
        is_new,
    };
    let curves = [
        curve("99 of 100", plain, |waits| waits.p99, false),
        curve("half", plain, |waits| waits.p50, false),
        curve("99, hedged", hedged, |waits| waits.p99, true),
        curve("half, hedged", hedged, |waits| waits.p50, true),
    ];
    let title = "The slowest of so many servers has answered within".to_owned();
    lines(&Labels { name: "tail", title, unit: "ms".to_owned() }, "servers asked", &curves)
}

fn by_servers(plain: &[Waits], hedged: &[Waits]) -> String {
    let mut table = "| servers asked | half within | 99 of 100 | hedged: half | 99 of 100 |\n\
                     | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (plain, hedged) in plain.iter().zip(hedged) {
        let _ = writeln!(
            table,
            "| {} | {:.0} ms | {:.0} ms | {:.0} ms | {:.0} ms |",
            plain.asked, plain.p50, plain.p99, hedged.p50, hedged.p99
        );
    }
    table
}

fn by_hedges() -> String {
    let mut table = "| asks again after | that is | half within | 99 of 100 | requests more |\n\
                     | --- | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    let hedges = [("never", None), ("half", Some(HALF)), ("95 of 100", Some(LATE))];
    let hedges = hedges.into_iter().chain([("99 of 100", Some(0.99))]);
    for (name, share) in hedges {
        let hedge = share.map_or(NEVER, after);
        let Waits { p50, p99, more, .. } = waits(ASKED, hedge);
        let when = if share.is_some() { format!("{hedge:.0} ms") } else { "–".to_owned() };
        let more = more * 100.0;
        let _ = writeln!(table, "| {name} | {when} | {p50:.0} ms | {p99:.0} ms | {more:.0} % |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else the chapter could tell of another simulation than the program that it shows.
    #[test]
    fn what_the_book_shows_is_what_the_program_makes() {
        for (path, made) in files() {
            let shown = fs::read_to_string(&path).unwrap_or_default();
            let remedy = "cargo run -p deploy --bin tail -- --write";
            assert_eq!(shown, made, "{}: {remedy}", path.display());
        }
    }
}
