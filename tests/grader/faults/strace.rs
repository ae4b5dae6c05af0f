//! A fault in the system calls of a server that runs, put there by `strace -e inject=…` and lifted
//! again.
//!
//! `strace` stops the server at each call that it watches, and lets it have an error in place of
//! the call: the kernel has done nothing then. It counts for each thread and each process by itself.

use std::fmt::{self, Display};
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::check::Verdict;
use crate::failure::Failure;
use crate::patience::{STEP_SECONDS, patience, wait_until};
use crate::server::Server;
use crate::{interrupt, process};

/// More than any of our servers causes: such a line is about 100 bytes long.
const NOTES_READ: u64 = 16 << 20;
/// The same in blocks of 512 or 1,024 bytes, as the shell has it. `strace` is killed when it writes
/// more, and the server goes on without a fault.
const NOTES_BLOCKS: u64 = NOTES_READ / 512;

/// What happens to system calls.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Their names; a question mark before one that not every processor's Linux has.
    pub calls: &'static str,
    /// What they answer: `EMFILE`.
    pub error: &'static str,
    /// To which of them it happens: `2` the second, `2+` all from the second on, `1..3` the
    /// first three, `1+2` every other one.
    pub when: &'static str,
}

/// As `strace -e inject=` wants it, and as a person can try it.
impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:error={}:when={}", self.calls, self.error, self.when)
    }
}

/// System calls that take their time: the call is made, and returns so many microseconds later.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    /// Their names.
    pub calls: &'static str,
    /// How long each of them takes.
    pub microseconds: u32,
}

impl Delay {
    /// Delays the calls of all threads of the server, and of all children that are still to come.
    ///
    /// # Errors
    ///
    /// This machine has no `strace`, or does not let it.
    pub fn put_into(self, server: &Server) -> Result<Injected<'_>, Failure> {
        let how = format!("{}:delay_exit={}", self.calls, self.microseconds);
        Injected::into(server, self.calls, how)
    }
}

/// A server into which a fault has been put. Dropping this lifts it.
#[derive(Debug)]
pub struct Injected<'s> {
    server: &'s Server,
    calls: &'static str,
    /// As `strace` was told.
    how: String,
    strace: Child,
    /// What `strace` has noted so far.
    notes: PathBuf,
}

impl Fault {
    /// Puts the fault into all threads of the server, and into all children that are still to come.
    ///
    /// # Errors
    ///
    /// This machine has no `strace`, or does not let it.
    pub fn put_into(self, server: &Server) -> Result<Injected<'_>, Failure> {
        Injected::into(server, self.calls, self.to_string())
    }
}

impl Injected<'_> {
    fn into<'s>(
        server: &'s Server,
        calls: &'static str,
        how: String,
    ) -> Result<Injected<'s>, Failure> {
        use std::os::unix::process::CommandExt;
        // A name of chance won't do: with the same seed two checks have the same chance.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let notes = std::env::temp_dir().join(format!("faults-{}-{number}", std::process::id()));
        // A server that makes one of these calls all the time would fill the disk.
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -f {NOTES_BLOCKS}; exec strace \"$@\""), "strace"]);
        command.args(["-f", "-qq", "-e", "signal=none", "-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={how}"), "-p", &server.pid().to_string()]);
        command.arg("-o").arg(&notes).stdin(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let started = interrupt::spawn(&mut command);
        let strace = started
            .map_err(|error| Failure::left_out(format!("strace can't be started: {error}")))?;
        let mut injected = Injected { server, calls, how, strace, notes };
        injected.attached()?;
        Ok(injected)
    }

    fn attached(&mut self) -> Verdict {
        let (pid, strace) = (self.server.pid(), self.strace.id());
        let attached = wait_until(patience(STEP_SECONDS), "strace to attach", || {
            let has_ended = matches!(self.strace.try_wait(), Ok(Some(_)));
            let tracers = process::tracers(pid);
            let is_attached = !tracers.is_empty() && tracers.iter().all(|&one| one == strace);
            (has_ended || is_attached).then_some(!has_ended)
        });
        // It has ended with the server if the fault was the end of that: no lack of strace's.
        if attached? || !self.server.alive() {
            return Ok(());
        }
        let mut why = String::new();
        let stderr = self.strace.stderr.as_mut();
        // What can't be read says nothing either.
        let _ = stderr.map(|stderr| stderr.read_to_string(&mut why));
        Err(Failure::left_out(format!("strace can't do this: {}", why.trim())))
    }

    fn noted(&self) -> String {
        let mut noted = Vec::new();
        // What is not there yet, or can't be read, says nothing.
        let _ = File::open(&self.notes).map(|notes| notes.take(NOTES_READ).read_to_end(&mut noted));
        String::from_utf8_lossy(&noted).into_owned()
    }

    /// Waits until one of the calls has been made, with the fault or without.
    ///
    /// # Errors
    ///
    /// None has.
    pub fn called(&self) -> Verdict {
        let what = format!("one of {}", self.calls);
        self.server.wait_until(&what, || self.noted().contains(" = ").then_some(()))
    }

    /// How often a call whose name begins so has met the fault.
    #[must_use]
    pub fn hits(&self, call: &str) -> usize {
        let noted = self.noted();
        noted.lines().filter(|line| line.contains("(INJECTED)") && line.contains(call)).count()
    }

    /// Waits until a call whose name begins so has met the fault: else nothing was tried.
    ///
    /// # Errors
    ///
    /// None has.
    pub fn happened(&self, call: &str) -> Verdict {
        let what = format!("{call} to meet the fault ({})", self.how);
        self.server.wait_until(&what, || (self.hits(call) > 0).then_some(()))
    }
}

impl Drop for Injected<'_> {
    fn drop(&mut self) {
        // It takes a call away, and puts an error in its place a moment later. If it went between the
        // two, the server would be told that there is no such call.
        let waiting = || process::is_waiting(self.server.pid()).then_some(());
        let _ = wait_until(patience(1.0), "the server to wait for somebody", waiting);
        let strace = Pid::from_raw(self.strace.id().cast_signed());
        // It lets go of the server and ends; if it does not, the kernel lets go for it.
        let _ = kill(strace, Signal::SIGTERM);
        let ended = || self.strace.try_wait().ok().flatten();
        if wait_until(patience(1.0), "strace to end", ended).is_err() {
            let _ = self.strace.kill();
            let _ = self.strace.wait();
        }
        interrupt::forget(strace);
        let _ = fs::remove_file(&self.notes);
    }
}
