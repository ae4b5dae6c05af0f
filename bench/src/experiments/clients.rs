//! What happens as clients become more? Requests a second and waiting times, from 1 client to 10,000.

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::arguments::Arguments;
use crate::contenders::{hyper, nginx, stage4, stage5, stage5_async};
use crate::figures::Sample;
use crate::load::Load;
use crate::machine::raise_descriptor_limit;
use crate::report::Report;
use crate::rounds::bar;
use crate::running::Running;

const CLIENTS: [usize; 5] = [1, 10, 100, 1_000, 10_000];
/// More clients than this are more processes than stage 4 allows.
const MOST_PROCESSES: usize = 100;

/// One server's answers to ever more clients.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Curve {
    pub name: String,
    pub points: Vec<Point>,
}

/// What so many clients got.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Point {
    pub clients: usize,
    pub sample: Sample,
}

/// Measures each server with each number of clients, once.
pub fn measure(arguments: &Arguments, report: &mut Report) -> Result<Vec<Curve>, Failure> {
    raise_descriptor_limit(2 * CLIENTS[CLIENTS.len() - 1] as u64)?;
    let contenders = [stage4(), stage5(), stage5_async(), hyper(), nginx()];
    let is_pinned = report.machine.cores > 1;
    let present = report.present(&contenders);
    let bar = bar(present.len() * CLIENTS.len());
    let mut curves = Vec::new();
    for contender in present {
        let mut curve = Curve { name: contender.name.to_string(), points: Vec::new() };
        for clients in CLIENTS {
            bar.set_message(format!("{clients} clients: {}", contender.name));
            bar.inc(1);
            if contender.name == "stage 4" && clients > MOST_PROCESSES {
                continue;
            }
            let seconds = arguments.seconds + u64::from(clients > 1_000); // they must connect first
            let load = Load { connections: clients, closes: false, depth: 1, seconds };
            let running = Running::start(contender, is_pinned)?;
            curve.points.push(Point { clients, sample: load.measure(&running, is_pinned)? });
        }
        curves.push(curve);
    }
    bar.finish_and_clear();
    Ok(curves)
}

/// Prints the curves.
pub fn print(curves: &[Curve]) {
    if !curves.is_empty() {
        println!("\nMore and more clients: requests/s, p50 and p99 in ms");
    }
    for Curve { name, points } in curves {
        for Point { clients, sample } in points {
            println!(
                "  {name:16} {clients:6} {:>10.0} {:>9.2} {:>9.2}  errors {}",
                sample.rate, sample.p50, sample.p99, sample.errors
            );
        }
    }
}
