//! Stage 5: everybody at once, on connections that persist. Seen from outside.

#[path = "stage5/asking.rs"]
mod asking;
#[path = "stage5/bonus.rs"]
mod bonus;
#[path = "stage5/broken.rs"]
mod broken;
#[path = "stage5/concurrency.rs"]
mod concurrency;
#[path = "stage5/deadlines.rs"]
mod deadlines;
#[path = "stage5/ending.rs"]
mod ending;
#[path = "stage5/faults.rs"]
mod faults;
#[path = "stage5/first.rs"]
mod first;
#[path = "stage5/hints.rs"]
mod hints;
#[path = "stage5/last.rs"]
mod last;
#[path = "stage5/limits.rs"]
mod limits;
#[path = "stage5/live.rs"]
mod live;
#[path = "stage5/log.rs"]
mod log;
#[path = "stage5/ours.rs"]
mod ours;
#[path = "stage5/persistent.rs"]
mod persistent;
#[path = "stage5/pipelining.rs"]
mod pipelining;
#[path = "stage5/pressure.rs"]
mod pressure;
#[path = "stage5/silence.rs"]
mod silence;
#[path = "stage5/steps.rs"]
mod steps;
#[path = "stage5/stop.rs"]
mod stop;
#[path = "stage5/stop_early.rs"]
mod stop_early;
#[path = "stage5/stretch.rs"]
mod stretch;
#[path = "stage5/unread.rs"]
mod unread;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_HTTP};
use grader::{Check, Group, Known, Stage, corpus, curl, gateway, python, restart};

fn main() -> ExitCode {
    grader::grade(&Stage {
        number: 5,
        package: env!("CARGO_PKG_NAME"),
        folder: env!("CARGO_MANIFEST_DIR"),
        reference: env!("CARGO_BIN_EXE_stage5-async"),
        mine: option_env!("CARGO_BIN_EXE_stage5-mine"),
        settings: steps::SETTINGS,
        groups: GROUPS,
        stretch: stretch::GROUPS,
        steps: steps::STEPS,
        points: steps::POINTS,
        known: Known {
            starter: env!("CARGO_BIN_EXE_stage5-starter"),
            worked: env!("CARGO_BIN_EXE_stage5-broken"),
            broken: broken::BROKEN,
            stretch: stretch::SOLUTIONS,
        },
    })
}

/// Up to those of our own server, any program that keeps the contract and serves the demo can be
/// judged by them.
const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_HTTP]),
    Group::together(first::CHECKS),
    Group::together(concurrency::CHECKS),
    Group::together(persistent::CHECKS),
    Group::together(ending::CHECKS),
    Group::together(last::CHECKS),
    Group::together(unread::CHECKS),
    Group::together(pipelining::CHECKS),
    Group::together(deadlines::CHECKS),
    Group::together(silence::CHECKS),
    Group::together(pressure::CHECKS),
    Group::together(stop::CHECKS),
    Group::together(stop_early::CHECKS),
    Group::together(limits::FEW),
    Group::together(log::CHECKS),
    Group::together(&CORPUS),
    Group::together(gateway::CHECKS),
    Group::together(gateway::CLOSED),
    Group::together(curl::CHECKS),
    Group::together(curl::PERSISTENT),
    Group::together(contract::CHECKS),
    Group::together(&FAULTS),
    Group::together(&LOST_LINES),
    Group::together(faults::CHECKS),
    // What only our own server has: the live application, `STOP_TIMEOUT`, words on stderr.
    Group::together(contract::OURS),
    Group::together(gateway::OURS),
    Group::together(live::CHECKS),
    Group::together(ours::CHECKS),
    Group::together(python::CHECKS),
    Group::together(&PYTHON_FLAGS),
    Group::together(python::AT_ONCE),
    Group::together(&SLOW),
    Group::alone(deadlines::CROWD),
    Group::alone(limits::CHECKS),
    Group::alone(restart::CHECKS),
    Group::alone(&[grader::crowd::BURST]),
    Group::alone(&SOAK),
    Group::alone(live::CROWD),
    Group::alone(python::huge::CHECKS),
];

/// How many requests of the corpus are under way at the same time.
const AT_ONCE: usize = 8;

const CORPUS: [Check; 2] = corpus::checks::<5, AT_ONCE>();

const PYTHON_FLAGS: [Check; 1] = python::flags::<5>();

const FAULTS: [Check; 20] = grader::faults::of_gateways::<5>();

const LOST_LINES: [Check; 2] = grader::faults::lost_lines::<5>();

const SLOW: [Check; 3] = grader::crowd::slow::<5>();

const SOAK: [Check; 1] = grader::soak::checks::<5>();
