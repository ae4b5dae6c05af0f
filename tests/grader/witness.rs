//! What was seen of a running program: the lines it printed and how it ended.
//!
//! The server, its clients and a failure all hold the same witness. A failure is told after its
//! server has been stopped, so that the panic message which explains it has arrived by then.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::diary::Diary;
use crate::start::Start;

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

/// What is kept of the start of what a program prints. The longest output that a check looks at is a
/// head of 64 KiB whose bytes are all escaped, and the log of a few thousand requests.
const START_KEPT: usize = 4 * 1024 * 1024;

/// What is kept of one line, finished or not.
const LINE_KEPT: usize = 1024 * 1024;

/// What a line takes in memory besides its bytes, so that empty lines count too.
const LINE_COST: usize = 32;

/// Once the start is full, so many of the last lines are kept, for a story: a panic message is among
/// the last words of a program, however much it has printed before.
const LAST_LINES: usize = 20;

/// What is kept of one of these.
const LAST_LINE_KEPT: usize = 4 * 1024;

/// The lines that came through one pipe so far.
///
/// A program may print without end, and without ever ending a line. All of it is read, because the
/// program would block in `write` otherwise, but only the start and the last lines are kept.
#[derive(Default, Debug)]
pub struct Lines(Mutex<Kept>);

#[derive(Default, Debug)]
struct Kept {
    start: Vec<Vec<u8>>,
    /// What `start` takes in memory.
    size: usize,
    /// Lines that came when the start was full.
    last: VecDeque<Vec<u8>>,
    /// How many bytes were thrown away.
    lost: u64,
}

impl Kept {
    /// Takes in a line of which `lost` bytes were not kept.
    fn push(&mut self, mut line: Vec<u8>, lost: u64) {
        self.lost += lost;
        let size = line.len() + LINE_COST;
        if self.last.is_empty() && self.size + size <= START_KEPT {
            self.size += size;
            line.shrink_to_fit();
            self.start.push(line);
            return;
        }
        if self.last.len() == LAST_LINES
            && let Some(oldest) = self.last.pop_front()
        {
            self.lost += oldest.len() as u64 + 1;
        }
        self.lost += line.len().saturating_sub(LAST_LINE_KEPT) as u64;
        line.truncate(LAST_LINE_KEPT);
        line.shrink_to_fit();
        self.last.push_back(line);
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.start.iter().chain(&self.last)
    }
}

impl Lines {
    /// The lines so far, without their LF, bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.lock().lines().cloned().collect()
    }

    /// The lines so far as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        self.lock().lines().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    }

    /// At most `count` lines from the start.
    pub(crate) fn first(&self, count: usize) -> Vec<Vec<u8>> {
        self.lock().start.iter().take(count).cloned().collect()
    }

    /// How many bytes came that are not kept.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Takes in all that `pipe` brings until it ends or `enough` says so after a line.
    pub(crate) fn drain(&self, pipe: impl Read, mut enough: impl FnMut(&[u8]) -> bool) {
        let mut pipe = BufReader::new(pipe);
        // The line that has begun, and how many of its bytes were thrown away.
        let (mut line, mut lost) = (Vec::new(), 0);
        loop {
            let piece = match pipe.fill_buf() {
                Ok([]) => break,
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let end = piece.iter().position(|&byte| byte == b'\n');
            let part = &piece[..end.unwrap_or(piece.len())];
            let kept = part.len().min(LINE_KEPT - line.len());
            line.extend_from_slice(&part[..kept]);
            lost += (part.len() - kept) as u64;
            let length = part.len() + usize::from(end.is_some());
            pipe.consume(length);
            if end.is_none() {
                continue;
            }
            let done = enough(&line);
            self.lock().push(std::mem::take(&mut line), std::mem::take(&mut lost));
            if done {
                return;
            }
        }
        if !line.is_empty() {
            self.lock().push(line, lost);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What is kept is whole after every push, also when a thread panicked in between.
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

    fn memory(lines: &Lines) -> usize {
        lines.lock().lines().map(|line| line.capacity() + LINE_COST).sum()
    }

    #[test]
    fn a_line_without_an_end_is_read_and_not_kept() {
        const MUCH: u64 = 64 << 20;
        let lines = Lines::default();
        lines.drain(io::repeat(b'x').take(MUCH).chain(&b"\nlast words"[..]), |_| false);
        assert_eq!(lines.bytes()[0].len(), LINE_KEPT);
        assert_eq!(lines.bytes()[1], b"last words");
        assert_eq!(lines.lost(), MUCH - LINE_KEPT as u64);
    }

    #[test]
    fn lines_without_end_are_read_and_only_the_first_and_the_last_are_kept() {
        for line in [&b"\n"[..], b"0123456789abcdefghijklmnopqrstu\n", &[b'x'; 8191]] {
            let lines = Lines::default();
            let much = line.repeat(2 * START_KEPT / line.len());
            lines.drain(much.chain(&b"\nlast words\n"[..]), |_| false);
            assert!(memory(&lines) <= START_KEPT + LINE_KEPT + LAST_LINES * LAST_LINE_KEPT);
            assert!(lines.lost() > 0, "something was thrown away");
            assert_eq!(lines.bytes().last().map(Vec::as_slice), Some(&b"last words"[..]));
        }
    }

    #[test]
    fn an_end_is_told_in_words() {
        assert_eq!(in_words(ExitStatus::from_raw(256)), "exited with status 1");
        assert_eq!(in_words(ExitStatus::from_raw(9)), "was ended by signal 9 (SIGKILL)");
    }
}
