//! What does a fork cost a process that has grown? The kernel copies its page tables.

use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::contenders::BUILT;

const MEGABYTES: [usize; 5] = [0, 4, 16, 64, 256];

/// What it costs a process of that size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cost {
    pub megabytes: usize,
    /// Fork, end of the child, wait: the median, in microseconds.
    pub microseconds: f64,
}

/// Measures each size in a process of its own.
pub fn measure() -> Result<Vec<Cost>, Failure> {
    let bare = BUILT.join("bare");
    if !bare.exists() {
        return Ok(Vec::new()); // there is no C compiler, as the report says
    }
    let mut all = Vec::new();
    for megabytes in MEGABYTES {
        let words = megabytes.to_string();
        let output = Command::new(&bare).args(["cost", &words]).output()?;
        let microseconds = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        all.push(Cost { megabytes, microseconds });
    }
    Ok(all)
}

/// Prints what came of it.
pub fn print(all: &[Cost]) {
    if !all.is_empty() {
        println!("\nA fork, the child's end and the wait for it");
    }
    for Cost { megabytes, microseconds } in all {
        println!("  {megabytes:4} MB touched in the parent {microseconds:>8.0} microseconds");
    }
}
