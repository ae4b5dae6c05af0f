//! What is measured on, and whether it is quiet.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// The more is waiting for a core, the less the figures say.
const BUSY: f64 = 0.5;

/// The machine, as far as it explains figures.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub kernel: String,
    pub rustc: String,
    /// How many processes wanted to run when measuring began, on average over a minute.
    pub load: f64,
}

impl Machine {
    /// The machine as it is now.
    pub fn look() -> Machine {
        let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = information.lines().find_map(|line| line.strip_prefix("model name"));
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Machine {
            processor: model.unwrap_or("unknown").trim_start_matches([' ', '\t', ':']).to_string(),
            cores: available_parallelism().map_or(1, usize::from),
            kernel: said("uname", &["-sr"]),
            rustc: said("rustc", &["--version"]),
            load: load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0),
        }
    }

    /// Figures from a busy machine mislead; better to know.
    pub fn warn_if_busy(&self) {
        if self.load > BUSY {
            eprintln!(
                "warning: this machine is busy (load {}), so the figures will be worth less; stop what \
                 else runs, or wait a minute",
                self.load
            );
        }
        if self.cores < 2 {
            eprintln!("warning: one core only: server and load will be in each other's way");
        }
    }
}

/// So many descriptors are needed by what we start, which inherits the limit, or by ourselves.
pub fn raise_descriptor_limit(needed: u64) -> Result<(), Failure> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < needed {
        setrlimit(Resource::RLIMIT_NOFILE, needed.min(hard), hard)?;
    }
    Ok(())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_string(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_string(),
    )
}
