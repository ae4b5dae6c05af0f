//! Stage 3: any application, behind a server of one client at a time. Seen from outside.

#[path = "stage3/clients.rs"]
mod clients;
#[path = "stage3/log.rs"]
mod log;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_HTTP};
use grader::{Check, Group, Target, corpus, curl, gateway};

fn main() -> ExitCode {
    let target = Target::reference(env!("CARGO_BIN_EXE_stage3-gateway"));
    grader::run("stage 3", &target, GROUPS)
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_HTTP]),
    // Those that wait for something come first: the others run beside them.
    Group::together(clients::CHECKS),
    Group::together(&CORPUS),
    Group::together(gateway::CHECKS),
    Group::together(gateway::CLOSED),
    Group::together(gateway::OURS),
    Group::together(log::CHECKS),
    Group::together(curl::CHECKS),
    Group::together(contract::CHECKS),
];

/// This server serves one client at a time.
const AT_ONCE: usize = 1;

const CORPUS: [Check; 2] = corpus::checks::<3, AT_ONCE>();
