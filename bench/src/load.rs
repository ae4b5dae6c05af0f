//! Requests, by wrk: one thread of it on a core of its own can ask more than any of the servers answers,
//! up to about 130,000 times a second.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::Failure;
use crate::contender::which;
use crate::contenders::BUILT;
use crate::figures::Sample;
use crate::running::Running;

/// The core that wrk runs on.
const CORE: usize = 1;

/// Several requests at once, if asked, and the figures on a line that a program can read.
const SCRIPT: &str = r#"
local all
function init(arguments)
  all = string.rep(wrk.format(), tonumber(arguments[1]))
end
function request()
  return all
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
"#;

/// What is asked of a server.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// How many connections are open at once.
    pub connections: usize,
    /// Whether each request has a connection of its own.
    pub closes: bool,
    /// How many requests are sent ahead.
    pub depth: usize,
    /// For how long, in seconds.
    pub seconds: u64,
}

/// Is there a wrk, and what else measuring takes?
pub fn find() -> Result<(), Failure> {
    if !Path::new("/proc/self/stat").exists() {
        return Err("measuring needs Linux: processor time and memory are read from /proc".into());
    }
    match which("wrk") {
        Some(_) => Ok(()),
        None => Err("wrk makes the load, and is not here; Debian: apt install wrk".into()),
    }
}

impl Load {
    /// Asks a server for as long as said.
    pub fn measure(&self, running: &Running, is_pinned: bool) -> Result<Sample, Failure> {
        let before = running.cpu_seconds();
        let figures = self.wrk(running, is_pinned)?;
        let cpu = running.cpu_seconds() - before;
        let [requests, microseconds, p50, p99, errors] = figures;
        let seconds = microseconds / 1e6;
        let each = if requests > 0.0 { cpu / requests * 1e5 } else { f64::NAN };
        Ok(Sample { rate: requests / seconds, cpu: each, p50: p50 / 1e3, p99: p99 / 1e3, errors })
    }

    fn wrk(&self, running: &Running, is_pinned: bool) -> Result<[f64; 5], Failure> {
        let mut command = Command::new(if is_pinned { "taskset" } else { "wrk" });
        if is_pinned {
            command.args(["-c", &CORE.to_string(), "wrk"]);
        }
        command.arg("-s").arg(script()?);
        command.args(["-t1", "--timeout", "10s", "-d", &format!("{}s", self.seconds)]);
        command.args(["-c", &self.connections.to_string()]);
        if self.closes {
            command.args(["-H", "Connection: close"]);
        }
        command.args([&running.url, "--", &self.depth.to_string()]);
        let output = command.stderr(Stdio::inherit()).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("figures "));
        let numbers: Vec<f64> =
            line.unwrap_or_default().split(' ').filter_map(|number| number.parse().ok()).collect();
        numbers.try_into().map_err(|_| format!("wrk said nothing that helps:\n{text}").into())
    }
}

/// wrk's script, as a file.
fn script() -> io::Result<PathBuf> {
    let path = BUILT.join("bench.lua");
    fs::write(&path, SCRIPT)?;
    Ok(path)
}
