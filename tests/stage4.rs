//! Stage 4: a process for each connection, and none left behind. Seen from outside.

#[path = "stage4/broken.rs"]
mod broken;
#[path = "stage4/child_signals.rs"]
mod child_signals;
#[path = "stage4/family.rs"]
mod family;
#[path = "stage4/faults.rs"]
mod faults;
#[path = "stage4/fork.rs"]
mod fork;
#[path = "stage4/hints.rs"]
mod hints;
#[path = "stage4/idle.rs"]
mod idle;
#[path = "stage4/limits.rs"]
mod limits;
#[path = "stage4/load.rs"]
mod load;
#[path = "stage4/log.rs"]
mod log;
#[path = "stage4/mistakes.rs"]
mod mistakes;
#[path = "stage4/reap.rs"]
mod reap;
#[path = "stage4/shortage.rs"]
mod shortage;
#[path = "stage4/steps.rs"]
mod steps;
#[path = "stage4/stop.rs"]
mod stop;
#[path = "stage4/stretch.rs"]
mod stretch;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_HTTP};
use grader::{Check, Group, Known, Stage, corpus, curl, gateway, python, restart};

fn main() -> ExitCode {
    grader::grade(&Stage {
        number: 4,
        package: env!("CARGO_PKG_NAME"),
        folder: env!("CARGO_MANIFEST_DIR"),
        reference: env!("CARGO_BIN_EXE_stage4-fork"),
        mine: option_env!("CARGO_BIN_EXE_stage4-mine"),
        settings: &[],
        groups: GROUPS,
        stretch: stretch::GROUPS,
        steps: steps::STEPS,
        points: steps::POINTS,
        known: Known {
            starter: env!("CARGO_BIN_EXE_stage4-starter"),
            worked: env!("CARGO_BIN_EXE_stage4-broken"),
            broken: broken::BROKEN,
            stretch: stretch::SOLUTIONS,
        },
    })
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_HTTP]),
    Group::together(fork::CHECKS),
    Group::together(reap::CHECKS),
    Group::together(idle::CHECKS),
    Group::together(stop::CHECKS),
    Group::together(child_signals::CHECKS),
    Group::together(log::CHECKS),
    Group::together(shortage::CHECKS),
    Group::together(mistakes::CHECKS),
    Group::together(&CORPUS),
    Group::together(gateway::CHECKS),
    Group::together(contract::OURS),
    Group::together(gateway::OURS),
    Group::together(curl::CHECKS),
    Group::together(python::CHECKS),
    Group::together(&PYTHON_FLAGS),
    Group::together(python::AT_ONCE),
    Group::together(contract::CHECKS),
    Group::together(&FAULTS),
    Group::together(&LOST_LINES),
    Group::together(faults::CHECKS),
    Group::together(&SLOW),
    Group::alone(limits::CHECKS),
    Group::alone(load::CHECKS),
    Group::alone(restart::CHECKS),
    Group::alone(&[grader::crowd::BURST]),
    Group::alone(&SOAK),
    Group::alone(python::huge::CHECKS),
];

/// As many as a small machine answers side by side without delay.
const AT_ONCE: usize = 16;

const CORPUS: [Check; 2] = corpus::checks::<4, AT_ONCE>();

const PYTHON_FLAGS: [Check; 1] = python::flags::<4>();

const FAULTS: [Check; 20] = grader::faults::of_gateways::<4>();

const LOST_LINES: [Check; 2] = grader::faults::lost_lines::<4>();

const SLOW: [Check; 3] = grader::crowd::slow::<4>();

const SOAK: [Check; 1] = grader::soak::checks::<4>();
