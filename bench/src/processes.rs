//! The CPU time and memory of a process and all that came from it, as `/proc` tells them.

use std::fs;

/// What one process has used.
struct Process {
    pid: u32,
    parent: u32,
    /// User and system time, its own and that of children that were waited for, in ticks.
    ticks: u64,
}

/// How many ticks a second has; Linux fixed that number for all programs.
const TICKS: f64 = 100.0;

/// The CPU time of a process and its descendants, in seconds.
pub fn cpu_seconds(root: u32) -> f64 {
    let ticks: u64 = family(root).iter().map(|process| process.ticks).sum();
    ticks as f64 / TICKS
}

/// The memory of a process and its descendants, in KiB; what several share is divided among them.
pub fn memory(root: u32) -> f64 {
    family(root).iter().map(|process| proportional(process.pid)).sum()
}

/// The pids of a process and its descendants.
pub fn pids(root: u32) -> Vec<u32> {
    family(root).iter().map(|process| process.pid).collect()
}

fn family(root: u32) -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut others: Vec<Process> = pids.filter_map(look).collect();
    let mut found: Vec<Process> = Vec::new();
    let mut wanted = vec![root];
    while let Some(next) = wanted.pop() {
        let (belongs, rest) =
            others.into_iter().partition(|process| process.pid == next || process.parent == next);
        others = rest;
        let belongs: Vec<Process> = belongs;
        wanted.extend(belongs.iter().map(|process| process.pid).filter(|pid| *pid != next));
        found.extend(belongs);
    }
    found
}

/// See proc(5): the name in parentheses may hold anything, so one counts from behind it.
fn look(pid: u32) -> Option<Process> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Process { pid, parent: fields.get(1)?.parse().ok()?, ticks })
}

fn proportional(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
    line.trim_end_matches("kB").trim().parse().unwrap_or(0.0)
}
