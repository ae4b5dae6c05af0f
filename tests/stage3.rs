//! Stage 3: any application, behind a server of one client at a time. Seen from outside.

#[path = "stage3/broken.rs"]
mod broken;
#[path = "stage3/clients.rs"]
mod clients;
#[path = "stage3/faults.rs"]
mod faults;
#[path = "stage3/first.rs"]
mod first;
#[path = "stage3/hints.rs"]
mod hints;
#[path = "stage3/log.rs"]
mod log;
#[path = "stage3/steps.rs"]
mod steps;
#[path = "stage3/stretch.rs"]
mod stretch;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_HTTP};
use grader::{Check, Group, Known, Stage, corpus, curl, gateway, python, sequential};

fn main() -> ExitCode {
    grader::grade(&Stage {
        number: 3,
        package: env!("CARGO_PKG_NAME"),
        folder: env!("CARGO_MANIFEST_DIR"),
        reference: env!("CARGO_BIN_EXE_stage3-gateway"),
        mine: option_env!("CARGO_BIN_EXE_stage3-mine"),
        settings: &[],
        groups: GROUPS,
        stretch: stretch::GROUPS,
        steps: steps::STEPS,
        points: steps::POINTS,
        known: Known {
            starter: env!("CARGO_BIN_EXE_stage3-starter"),
            worked: env!("CARGO_BIN_EXE_stage3-broken"),
            broken: broken::BROKEN,
            stretch: stretch::SOLUTIONS,
        },
    })
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_HTTP]),
    Group::together(first::CHECKS),
    // Those that wait for something come first: the others run beside them.
    Group::together(clients::CHECKS),
    Group::together(sequential::CHECKS),
    Group::together(&CORPUS),
    Group::together(gateway::CHECKS),
    Group::together(gateway::CLOSED),
    Group::together(gateway::SEQUENTIAL),
    Group::together(contract::OURS),
    Group::together(gateway::OURS),
    Group::together(log::CHECKS),
    Group::together(curl::CHECKS),
    Group::together(python::CHECKS),
    Group::together(&PYTHON_FLAGS),
    Group::together(python::SEQUENTIAL),
    Group::together(contract::CHECKS),
    Group::together(&FAULTS),
    Group::together(faults::CHECKS),
    Group::alone(python::huge::CHECKS),
];

/// This server serves one client at a time.
const AT_ONCE: usize = 1;

const CORPUS: [Check; 2] = corpus::checks::<3, AT_ONCE>();

const PYTHON_FLAGS: [Check; 1] = python::flags::<3>();

const FAULTS: [Check; 20] = grader::faults::of_gateways::<3>();
