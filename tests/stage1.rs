//! Stage 1: the four calls. What an echo server must do, seen from outside.

#[path = "stage1/broken.rs"]
mod broken;
#[path = "stage1/clients.rs"]
mod clients;
#[path = "stage1/echo.rs"]
mod echo;
#[path = "stage1/first.rs"]
mod first;
#[path = "stage1/hints.rs"]
mod hints;
#[path = "stage1/steps.rs"]
mod steps;
#[path = "stage1/stretch.rs"]
mod stretch;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_PLAIN};
use grader::{Check, Group, Known, Stage, faults};

fn main() -> ExitCode {
    grader::grade(&Stage {
        number: 1,
        package: env!("CARGO_PKG_NAME"),
        folder: env!("CARGO_MANIFEST_DIR"),
        reference: env!("CARGO_BIN_EXE_stage1-echo"),
        mine: option_env!("CARGO_BIN_EXE_stage1-mine"),
        settings: &[],
        groups: GROUPS,
        stretch: stretch::GROUPS,
        steps: steps::STEPS,
        points: steps::POINTS,
        known: Known {
            starter: env!("CARGO_BIN_EXE_stage1-starter"),
            worked: env!("CARGO_BIN_EXE_stage1-broken"),
            broken: broken::BROKEN,
            stretch: stretch::SOLUTIONS,
        },
    })
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_PLAIN]),
    Group::together(first::CHECKS),
    Group::together(echo::CHECKS),
    Group::together(clients::CHECKS),
    Group::together(contract::CHECKS),
    Group::together(&FAULTS),
    Group::together(contract::OURS),
];

const FAULTS: [Check; 11] = faults::of_first_stages::<1>();
