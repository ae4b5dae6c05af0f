//! What was seen of a running program: the lines it printed and how it ended.
//!
//! The server, its clients and a failure all hold the same witness. A failure is told after its
//! server has been stopped, so that the panic message which explains it has arrived by then.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::diary::Diary;
use crate::start::Start;

/// A program that prints without end must not fill the memory of its judge.
const BYTES_KEPT: usize = 4 * 1024 * 1024;

/// What is known of one run of one program. All of it may be read at any time.
#[derive(Default, Debug)]
pub struct Witness {
    /// What it printed on standard output.
    pub stdout: Lines,
    /// What it printed on standard error.
    pub stderr: Lines,
    /// How it was started.
    pub(crate) start: Start,
    /// What was done to it.
    pub(crate) diary: Diary,
    /// Until the grader stops it.
    child: Mutex<Option<Child>>,
    ended: OnceLock<ExitStatus>,
    doubted: AtomicBool,
}

impl Witness {
    pub(crate) fn of(child: Child, start: Start) -> Witness {
        Witness { start, child: Mutex::new(Some(child)), ..Witness::default() }
    }

    /// How the program ended, if it did so before it was stopped by the grader.
    #[must_use]
    pub fn ended(&self) -> Option<ExitStatus> {
        self.ended.get().copied()
    }

    /// Whether it has said so on standard error, as programs in Rust do.
    pub(crate) fn panicked(&self) -> bool {
        self.stderr.text().iter().any(|line| line.contains("panicked at"))
    }

    /// Looks whether it has ended by itself up to now.
    pub(crate) fn look(&self) -> Option<ExitStatus> {
        let status = self.child().as_mut()?.try_wait().ok().flatten()?;
        self.has_ended(status);
        Some(status)
    }

    /// The program, to be stopped: from here on its end says nothing about it.
    pub(crate) fn release(&self) -> Option<Child> {
        self.child().take()
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        // It is there or not, also when a thread panicked in between.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn has_ended(&self, status: ExitStatus) {
        // Only the first report counts: later ones repeat it.
        let _ = self.ended.set(status);
    }

    /// Something went wrong: before the program is stopped, see whether it is about to end by itself.
    pub(crate) fn doubt(&self) {
        self.doubted.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_doubted(&self) -> bool {
        self.doubted.load(Ordering::Relaxed)
    }
}

/// The lines that came through one pipe so far.
#[derive(Default, Debug)]
pub struct Lines(Mutex<Vec<Vec<u8>>>);

impl Lines {
    /// The lines so far, without their LF, bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.lock().clone()
    }

    /// The lines so far as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        self.lock().iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    }

    /// At most `count` lines from the start.
    pub(crate) fn first(&self, count: usize) -> Vec<Vec<u8>> {
        self.lock().iter().take(count).cloned().collect()
    }

    /// Takes in all that `pipe` brings until it ends or `enough` says so after a line.
    pub(crate) fn drain(&self, pipe: impl Read, mut enough: impl FnMut(&[u8]) -> bool) {
        let mut pipe = BufReader::new(pipe);
        let mut kept = 0;
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let mut line = std::mem::take(&mut line);
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            let done = enough(&line);
            kept += line.len() + 1;
            if kept <= BYTES_KEPT {
                self.lock().push(line);
            }
            if done {
                break;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        // A list of lines is whole after every push, also when a thread panicked in between.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a program ended, in words: `exited with status 1`, `was ended by signal 11 (SIGSEGV)`.
#[must_use]
pub fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(number)) => {
            let name = nix::sys::signal::Signal::try_from(number)
                .map_or(String::new(), |signal| format!(" ({})", signal.as_str()));
            format!("was ended by signal {number}{name}")
        }
        (None, None) => "ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_arrive_without_their_end_and_the_last_may_lack_it() {
        let lines = Lines::default();
        lines.drain(&b"one\ntwo\r\nthr\xFF"[..], |_| false);
        assert_eq!(lines.bytes(), [&b"one"[..], b"two\r", b"thr\xFF"]);
        assert_eq!(lines.text()[2], "thr\u{FFFD}");
    }

    #[test]
    fn an_end_is_told_in_words() {
        assert_eq!(in_words(ExitStatus::from_raw(256)), "exited with status 1");
        assert_eq!(in_words(ExitStatus::from_raw(9)), "was ended by signal 9 (SIGKILL)");
    }
}
