//! Workers that die: each is reported and replaced, and takes one answer with it at most.

use std::time::{Duration, Instant};

use super::failing::reported;
use super::machine::with_python;
use super::start::{end, master, with, workers};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::gateway::talk::{get, next_is_served, visit};
use crate::target::Target;

const CROSSING: &str = "crossing:app";

/// In the middle of a request, between two, by themselves, and at once.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-worker-killed",
        title: "a worker that is killed takes one answer with it: others are served meanwhile",
        rule: "pre-fork: workers share nothing, and the master replaces those that end",
        hint: "Reap all that have ended at each SIGCHLD, and fill up.",
        run: |target| with_python(target, killed),
    },
    Check {
        id: "python-worker-killed-while-idle",
        title: "a worker that is killed between two requests is replaced, and no client notices",
        rule: "a connection that is kept may have ended meanwhile, and then counts no longer",
        hint: "Look at it before you use it again, and open another one if it has ended.",
        run: |target| with_python(target, killed_while_idle),
    },
    Check {
        id: "python-worker-dies",
        title: "a worker that ends before it has answered is a 502, and its last words are reported",
        rule: "RFC 9110 s15.6.3",
        hint: "The end of the connection without an end of the answer is an error of the worker.",
        run: |target| with_python(target, dies),
    },
    Check {
        id: "python-worker-stillborn",
        title: "workers that die as soon as they are born are not replaced as fast as can be",
        rule: "a master that does nothing but fork takes the machine from all others",
        hint: "Wait a moment before you replace one that was young.",
        run: |target| with_python(target, stillborn),
    },
];

fn killed(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 2).start()?;
    let master = master(&server)?;
    let old = workers(&server, master, 2, &[])?;
    let mut client = server.connect()?;
    client.send(get("/pid-then-nothing").as_bytes())?;
    let mut came = Vec::new();
    let pid = server.wait_until("the worker's pid in the answer's first piece", || {
        came.extend(client.read_some(4096).ok()?);
        let said = String::from_utf8_lossy(&came);
        said.lines().find_map(|line| line.parse().ok().filter(|pid| old.contains(pid)))
    })?;
    end(pid)?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)?;
    reported(&server, pid, "was killed by SIGKILL; it had said nothing")?;
    let new = workers(&server, master, 2, &[pid])?;
    expect(&server, new.iter().any(|pid| old.contains(pid)), "the other worker goes on")
}

fn killed_while_idle(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 1).start()?;
    let master = master(&server)?;
    let old = workers(&server, master, 1, &[])?;
    next_is_served(&server)?;
    end(old[0])?;
    workers(&server, master, 1, &old)?;
    next_is_served(&server)
}

fn dies(target: &Target) -> Verdict {
    let server = with(target, CROSSING, 2).start()?;
    let (client, response) = visit(&server, "/dies", 502)?;
    let has_details = response.text().contains("last words");
    expect(&client, !has_details, "the client is told no details")?;
    drop(client);
    next_is_served(&server)?;
    server.wait_for_line("the exit code", |line| line.contains("exited with code 7; the last"))?;
    server.wait_for_line("its last words again, indented", |line| {
        line == "    these are its last words"
    })?;
    Ok(())
}

/// A master that does not wait has lost hundreds by then.
fn stillborn(target: &Target) -> Verdict {
    let began = Instant::now();
    let server = with(target, "stillborn:app", 1).env("PYTHON_TIMEOUT", "0.3").start()?;
    visit(&server, "/", 504)?;
    let lost =
        || server.stderr_lines().iter().filter(|line| line.contains("exited with code 7")).count();
    server.wait_until("a second worker to die", || (lost() >= 2).then_some(()))?;
    let (lost, most) = (lost(), 1 + began.elapsed().as_secs() as usize);
    let waited = began.elapsed() > Duration::from_millis(900);
    let what = format!("no more than one worker a second is lost; {lost} were");
    expect(&server, waited && lost <= most, what)
}
