//! Stage 1: the four calls. What an echo server must do, seen from outside.

#[path = "stage1/clients.rs"]
mod clients;
#[path = "stage1/echo.rs"]
mod echo;

use std::process::ExitCode;

use grader::contract::{self, LISTENING_PLAIN};
use grader::{Group, Target};

fn main() -> ExitCode {
    let target = Target::reference(env!("CARGO_BIN_EXE_stage1-echo"));
    grader::run("stage 1", &target, GROUPS)
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_PLAIN]),
    Group::together(echo::CHECKS),
    Group::together(clients::CHECKS),
    Group::together(contract::CHECKS),
];
