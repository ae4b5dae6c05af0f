//! Nothing happens, and nothing is done.

use std::fs;

use grader::{Check, Target, Verdict, expect};

use crate::family::{connect, count, served};

pub const CHECKS: &[Check] = &[Check {
    id: "idle-server-sleeps",
    title: "while nothing happens the parent sleeps, and does not look again and again",
    rule: "POSIX poll(2) without a timeout",
    hint: "The parent must sleep in poll, without a timeout, until there is something to do.",
    run: idle_sleeps,
}];

/// One child has ended before, and while a silent client sits out its deadline, time passes.
/// Whether those that have ended are reaped is for others to see.
fn idle_sleeps(target: &Target) -> Verdict {
    const MOST: u64 = 8;
    let server = target.launch().env("HEAD_TIMEOUT", "0.5").start()?;
    served(&server)?;
    count(&server, 0)?;
    let (_silent, _) = connect(&server)?;
    let Some(before) = Stirrings::of(server.pid()) else {
        eprintln!("left out: without /proc nobody knows how often a process wakes up");
        return Ok(());
    };
    count(&server, 0)?;
    let Some(after) = Stirrings::of(server.pid()) else {
        return expect(&server, false, "the server still runs");
    };
    let (naps, busy) = (after.naps - before.naps, after.busy - before.busy);
    let what = if naps > busy {
        format!("it wakes up for the child's end only; it woke up {naps} times")
    } else {
        "it sleeps until the child ends; it was at work all the time".to_owned()
    };
    expect(&server, naps + busy <= MOST, what)
}

/// What a process has done so far.
struct Stirrings {
    /// How often it has gone to sleep.
    naps: u64,
    /// How often it was made to pause, and how many hundredths of a second it has kept a processor
    /// busy.
    busy: u64,
}

impl Stirrings {
    fn of(pid: u32) -> Option<Stirrings> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let switches = |which| {
            let line = status.lines().find(|line| line.starts_with(which))?;
            line.split_whitespace().last()?.parse::<u64>().ok()
        };
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // Behind the name, proc(5) counts from 3; utime and stime are 14 and 15.
        let times = stat.rsplit_once(')')?.1.split_whitespace().skip(14 - 3).take(2);
        let times = times.filter_map(|time| time.parse::<u64>().ok());
        let naps = switches("voluntary_ctxt_switches")?;
        Some(Stirrings { naps, busy: switches("nonvoluntary_ctxt_switches")? + times.sum::<u64>() })
    }
}
