//! Stage 2: one request a connection, read, understood and answered. Seen from outside.

#[path = "stage2/broken.rs"]
mod broken;
#[path = "stage2/clients.rs"]
mod clients;
#[path = "stage2/closing.rs"]
mod closing;
#[path = "stage2/head.rs"]
mod head;
#[path = "stage2/hints.rs"]
mod hints;
#[path = "stage2/late.rs"]
mod late;
#[path = "stage2/lenient.rs"]
mod lenient;
#[path = "stage2/lines.rs"]
mod lines;
#[path = "stage2/log.rs"]
mod log;
#[path = "stage2/page.rs"]
mod page;
#[path = "stage2/refuse.rs"]
mod refuse;
#[path = "stage2/sizes.rs"]
mod sizes;
#[path = "stage2/steps.rs"]
mod steps;
#[path = "stage2/stretch.rs"]
mod stretch;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_HTTP};
use grader::{Check, Group, Known, Stage, corpus, faults, sequential};

fn main() -> ExitCode {
    grader::grade(&Stage {
        number: 2,
        package: env!("CARGO_PKG_NAME"),
        folder: env!("CARGO_MANIFEST_DIR"),
        reference: env!("CARGO_BIN_EXE_stage2-single-request"),
        mine: option_env!("CARGO_BIN_EXE_stage2-mine"),
        settings: &[],
        groups: GROUPS,
        stretch: stretch::GROUPS,
        steps: steps::STEPS,
        points: steps::POINTS,
        known: Known {
            starter: env!("CARGO_BIN_EXE_stage2-starter"),
            worked: env!("CARGO_BIN_EXE_stage2-broken"),
            broken: broken::BROKEN,
            stretch: stretch::SOLUTIONS,
        },
    })
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_HTTP]),
    Group::together(head::CHECKS),
    Group::together(lines::CHECKS),
    Group::together(page::CHECKS),
    Group::together(refuse::CHECKS),
    Group::together(sizes::CHECKS),
    Group::together(closing::CHECKS),
    Group::together(clients::CHECKS),
    Group::together(late::CHECKS),
    Group::together(sequential::CHECKS),
    Group::together(log::CHECKS),
    Group::together(&CORPUS),
    Group::together(contract::CHECKS),
    Group::together(&FAULTS),
    Group::together(&OPTIONS),
    Group::together(contract::OURS),
];

/// This server serves one client at a time.
const AT_ONCE: usize = 1;

const CORPUS: [Check; 2] = corpus::checks::<2, AT_ONCE>();

const FAULTS: [Check; 11] = faults::of_first_stages::<2>();

const OPTIONS: [Check; 1] = faults::options::<2>();
