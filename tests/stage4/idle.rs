//! Nothing happens, and nothing is done.

use std::fs;

use grader::{Check, Failure, Server, Signal, Target, Verdict, expect};

use crate::family::{connect, count, half_a_request, other_half, served};
use crate::hints;
use crate::stop::{ended, is_free};

pub const CHECKS: &[Check] = &[
    Check {
        id: "idle-server-sleeps",
        title: "while nothing happens the parent sleeps, and does not look again and again",
        rule: "POSIX poll(2) without a timeout",
        hint: "The parent must sleep in poll, without a timeout, until there is something to do.",
        run: idle_sleeps,
    },
    Check {
        id: "stopping-server-sleeps",
        title: "a server that stops sleeps while it waits for its last children",
        rule: "POSIX poll(2), waitpid(2)",
        hint: hints::SLEEP_MEANWHILE,
        run: stopping_sleeps,
    },
];

/// How long a silent client may keep its child, in seconds: whoever looks a few times a second has
/// looked often by then.
const SILENCE: &str = "3";

/// One child has ended before. Whether those that have ended are reaped is for others to see.
fn idle_sleeps(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", SILENCE).start()?;
    served(&server)?;
    count(&server, 0)?;
    let (_silent, _) = connect(&server)?;
    sleeps_until_children_are(&server, 0)
}

/// Of two children one ends soon, and the other only when its client has said the rest.
fn stopping_sleeps(target: &Target) -> Verdict {
    let launch = target.launch().env("HEAD_TIMEOUT", SILENCE).env("IDLE_TIMEOUT", "60");
    let server = launch.env("STOP_TIMEOUT", "60").start()?;
    let (client, _) = half_a_request(&server)?;
    let (_silent, _) = connect(&server)?;
    server.stop(Signal::SIGTERM)?;
    server.wait_until("the port to be free", || is_free(&server).then_some(()))?;
    sleeps_until_children_are(&server, 1)?;
    other_half(client)?;
    let status = server.wait_exit(8.0)?;
    ended(&server, status, 0)
}

/// While a silent client sits out its deadline, time passes, and the parent does nothing.
///
/// How often it is made to pause is no measure: on a busy machine each step of its may be interrupted
/// by another process. The time for which it has a processor grows with its own work only.
fn sleeps_until_children_are(server: &Server, left: usize) -> Verdict {
    const MOST_NAPS: u64 = 8;
    /// A twentieth of a second. Whatever is busy all the time has as much even where 60 others are.
    const MOST_HUNDREDTHS: u64 = 5;
    let before = Stirrings::of(server.pid());
    count(server, left)?;
    let (Some(before), Some(after)) = (before, Stirrings::of(server.pid())) else {
        expect(server, server.alive(), "the server still runs")?;
        eprintln!("left out: without /proc nobody knows how often a process wakes up");
        return Ok(());
    };
    let (naps, busy) = (after.naps - before.naps, after.hundredths - before.hundredths);
    let is_busy = busy > MOST_HUNDREDTHS;
    let what = if is_busy && busy > naps {
        "it sleeps until the child ends; it was at work all the time".to_owned()
    } else {
        format!("it wakes up for the child's end only; it woke up {naps} times")
    };
    let sleeps = naps <= MOST_NAPS && !is_busy;
    expect(server, sleeps, what).map_err(|failure: Failure| failure.look(LOOK))
}

/// What shows how often the server goes to sleep, and how busy it is.
const LOOK: &str = "grep switches /proc/PID/status; ps -o time PID # and again a little later";

/// What a process has done so far.
pub struct Stirrings {
    /// How often it has gone to sleep.
    pub naps: u64,
    /// How many hundredths of a second it has had a processor.
    pub hundredths: u64,
}

impl Stirrings {
    pub fn of(pid: u32) -> Option<Stirrings> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let naps = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?;
        let naps = naps.split_whitespace().last()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // Behind the name, proc(5) counts from 3; utime and stime are 14 and 15.
        let times = stat.rsplit_once(')')?.1.split_whitespace().skip(14 - 3).take(2);
        let times = times.filter_map(|time| time.parse::<u64>().ok());
        Some(Stirrings { naps, hundredths: times.sum() })
    }
}
