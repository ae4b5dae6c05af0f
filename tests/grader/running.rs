//! A program that was started, listening or not, and everything that must be undone afterwards.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::evidence::Evidence;
use crate::failure::{Failure, Seen};
use crate::interrupt;
use crate::patience::{patience, wait_until};
use crate::scene;
use crate::start::Start;
use crate::witness::Witness;

/// How long a program that seems to have failed is given to end by itself, for the story.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The same for one that was told to stop: its threads may have something to finish.
const LAST_WORK: Duration = Duration::from_secs(4);

/// A started program. Dropping it ends its whole process group and leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Running {
    pid: Pid,
    pub witness: Arc<Witness>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts `command`, with the standard input that it has, in a process group of its own. Takes
    /// in what it prints, on standard output until `enough` says so after a line: then the pipe is
    /// closed.
    pub fn spawn(
        command: &mut Command,
        start: Start,
        enough: impl FnMut(&[u8]) -> bool + Send + 'static,
    ) -> Result<Running, Failure> {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = interrupt::spawn(command).map_err(|error| {
            let program = command.get_program().display();
            Failure::new(format!("the program {program} can't be started: {error}"))
                .seen(Seen::Ended)
        })?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let pid = Pid::from_raw(child.id().cast_signed());
        let witness = Arc::new(Witness::of(child, start));
        scene::enters(&witness);
        let stdout = stdout.map(|pipe| drain_stdout(&witness, pipe, enough));
        let stderr = stderr.map(|pipe| drain_stderr(&witness, pipe));
        let readers = stdout.into_iter().chain(stderr).collect();
        Ok(Running { pid, witness, readers })
    }

    pub fn pid(&self) -> u32 {
        self.pid.as_raw().cast_unsigned()
    }

    /// How it ended, or `None` while it runs.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.witness.look()
    }

    /// Waits for it to end, and until all that it printed has been taken in.
    pub fn wait_end(&self, seconds: f64) -> Result<ExitStatus, Failure> {
        let ended = wait_until(patience(seconds), "the program to end", || self.ended());
        self.settle();
        ended.map_err(|failure| failure.of(self))
    }

    /// Sends `signal` to the program itself and not to its group.
    pub fn signal(&self, signal: Signal) -> Result<(), Failure> {
        self.witness.diary.signal(signal);
        kill(self.pid, signal).map_err(|error| {
            let what = format!("{} can't be sent: {error}", signal.as_str());
            Failure::new(what).seen(Seen::Ended).of(self)
        })
    }

    /// Waits until all that it printed before its end has been taken in.
    pub fn settle(&self) {
        // Whoever left the group may still hold a pipe open; its reader is not worth waiting for.
        let done = || self.readers.iter().all(JoinHandle::is_finished).then_some(());
        let _ = wait_until(patience(1.0), "its pipes to close", done);
    }
}

fn drain_stdout(
    witness: &Arc<Witness>,
    pipe: impl Read + Send + 'static,
    enough: impl FnMut(&[u8]) -> bool + Send + 'static,
) -> JoinHandle<()> {
    let witness = Arc::clone(witness);
    std::thread::spawn(move || witness.stdout.drain(pipe, enough))
}

fn drain_stderr(witness: &Arc<Witness>, pipe: impl Read + Send + 'static) -> JoinHandle<()> {
    let witness = Arc::clone(witness);
    std::thread::spawn(move || witness.stderr.drain(pipe, |_| false))
}

impl Evidence for Running {
    fn add_to(&self, failure: Failure) -> Failure {
        failure.of(&self.witness)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.witness.is_doubted() {
            // A panic is on its way to stderr and to the exit status: let it arrive.
            let time = if self.witness.diary.asked_to_end() { LAST_WORK } else { LAST_WORDS };
            let _ = wait_until(time, "its end", || self.ended());
        }
        // The group may have outlived its leader: workers, children that were forked.
        let _ = killpg(self.pid, Signal::SIGKILL);
        let _ = self.witness.release().map(|mut child| child.wait());
        interrupt::forget(self.pid);
        self.settle();
    }
}
