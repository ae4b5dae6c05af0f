//! The machine runs out of something: of processes, of descriptors.
//!
//! The limits are set on the running server by `prlimit` (Linux, util-linux), and lifted again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grader::{Check, Failure, Server, Target, Verdict};
use grader::{answered, expect, process, random};

use crate::family::{asks, connect, is_answered, none_left, says_hello};
use crate::hints;

pub const CHECKS: &[Check] = &[
    Check {
        id: "no-process-503",
        title: "a client for which there is no process gets a 503, and the server goes on",
        rule: "POSIX fork(2): EAGAIN; RFC 9110 s15.6.4",
        hint: hints::NO_PROCESS,
        run: no_process,
    },
    Check {
        id: "no-descriptor-pause",
        title: "a server that has run out of descriptors says so, still reaps, and recovers",
        rule: "POSIX accept(2): EMFILE",
        hint: "EMFILE is about the machine: wait a little, try again, and reap meanwhile.",
        run: no_descriptor,
    },
];

/// The user and the group without rights.
const NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

const REQUEST: &str = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A soft limit of a running process, lowered. Dropping it lifts it again.
struct Lowered {
    /// What starts `prlimit` as the process's own user: root may not be allowed to.
    prlimit: Vec<String>,
    option: String,
    before: String,
}

impl Lowered {
    /// `None` if this machine has no `prlimit`, or it may not.
    fn to(limit: u32, which: &str, server: &Server, user: &[&str]) -> Option<Lowered> {
        let pid = server.pid().to_string();
        let prlimit = user.iter().copied().chain(["prlimit", "--pid", &pid]);
        let prlimit: Vec<String> = prlimit.map(str::to_owned).collect();
        let option = format!("--{which}");
        let asked = [&option, "--output", "SOFT", "--noheadings"];
        let before = Command::new(&prlimit[0]).args(&prlimit[1..]).args(asked).output().ok()?;
        let before = String::from_utf8_lossy(&before.stdout).trim().to_owned();
        if before.is_empty() {
            return None;
        }
        let lowered = Lowered { prlimit, option, before };
        lowered.set(&limit.to_string()).then_some(lowered)
    }

    fn set(&self, soft: &str) -> bool {
        let option = format!("{}={soft}:", self.option);
        let status = Command::new(&self.prlimit[0]).args(&self.prlimit[1..]).arg(option).status();
        status.is_ok_and(|status| status.success())
    }
}

impl Drop for Lowered {
    fn drop(&mut self) {
        self.set(&self.before);
    }
}

fn no_process(target: &Target) -> Verdict {
    let Some(bound) = Bound::by_limits(target) else {
        return Err(Failure::left_out(
            "root has no limit of processes, and setpriv can't start another user's",
        ));
    };
    let server = bound.target.start()?;
    let (mut silent, _) = connect(&server)?;
    let descriptors = || process::descriptors(server.pid());
    let before = descriptors();
    let Some(lowered) = Lowered::to(1, "nproc", &server, bound.user) else {
        return Err(Failure::left_out("there is no prlimit, so fork does not fail"));
    };
    for _ in 0..3 {
        let mut client = server.connect()?; // without a request: unread, it would cause a reset
        client.response("GET")?.expect_status(&client, 503)?;
        client.sees_end()?;
    }
    server.wait_for_line("a line on stderr that names fork", |line| line.contains("fork"))?;
    // A client that says nothing and takes nothing must not keep the parent, which reaps.
    let _deaf = server.connect()?;
    says_hello(&mut silent)?;
    drop(silent);
    none_left(&server)?;
    drop(lowered);
    answered(&server, REQUEST, 200)?;
    none_left(&server)?;
    expect(&server, descriptors() == before, "as many descriptors are open as before")
}

/// The target as a user whom limits bind.
struct Bound {
    target: Target,
    /// How to become that user.
    user: &'static [&'static str],
    /// What that user runs.
    _copy: Option<Copy>,
}

impl Bound {
    /// `None` if this can't be had.
    fn by_limits(target: &Target) -> Option<Bound> {
        if !am_root() {
            return Some(Bound { target: target.clone(), user: &[], _copy: None });
        }
        if !runs(&[&NOBODY[..], &["true"]].concat()) {
            return None;
        }
        let copy = Copy::of(target.file()?)?;
        let target = target.clone().moved_to(copy.program()).started_by(&NOBODY);
        Some(Bound { target, user: &NOBODY, _copy: Some(copy) })
    }
}

fn runs(command: &[&str]) -> bool {
    let status = Command::new(command[0]).args(&command[1..]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Whether this process is root's, whom no limit of processes binds.
fn am_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// A copy of a program where everybody may run it. Dropping it removes it.
struct Copy(PathBuf);

impl Copy {
    /// By another process: a file that this one has written can't be run while any other check
    /// starts a program, which inherits the descriptor for a moment.
    fn of(program: &Path) -> Option<Copy> {
        let copy = Copy(std::env::temp_dir().join(format!("stage4-{}", random::name())));
        let to = copy.program().display().to_string();
        runs(&["install", "-D", "-m", "755", program.to_str()?, &to]).then_some(copy)
    }

    fn program(&self) -> PathBuf {
        self.0.join("stage4-fork")
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What stays behind in the directory for temporary files is not worth a failure.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn no_descriptor(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut silent, _) = connect(&server)?;
    // Standard input, output and error: no number is left for a connection.
    let Some(lowered) = Lowered::to(3, "nofile", &server, &[]) else {
        return Err(Failure::left_out("there is no prlimit, so accept does not fail"));
    };
    let mut waiting = server.connect()?;
    asks(&mut waiting)?;
    server.wait_for_line("a line on stderr about accept", |line| line.contains("accept"))?;
    says_hello(&mut silent)?;
    drop(silent);
    none_left(&server)?;
    expect(&waiting, waiting.is_quiet(), "the next client waits")?;
    drop(lowered);
    is_answered(&mut waiting)?;
    drop(waiting);
    none_left(&server)
}
