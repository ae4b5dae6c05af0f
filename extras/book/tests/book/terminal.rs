//! A program that runs as if in a terminal: something is typed, something is read, and it ends.

use std::io::{self, Read, Write, pipe};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use grader::{Failure, Signal, patience, wait_until};
use nix::sys::signal::killpg;
use nix::unistd::Pid;

/// What a program printed beyond this is thrown away.
const KEPT: usize = 256 * 1024;
/// Columns between two stops of a terminal.
const TAB: usize = 8;
/// Seconds for what a program printed before its end to arrive.
const LAST_WORDS: f64 = 1.0;

/// A running program with all that it starts. Dropping it ends them.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    stdin: Option<ChildStdin>,
    printed: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    /// How many of its lines the page has shown, and the last of them as it was then.
    seen: usize,
    last: Option<String>,
    looked_at: Vec<String>,
}

impl Terminal {
    /// Starts a program in a group of its own, with both its outputs in one, as on a terminal.
    pub fn start(mut command: Command) -> io::Result<Terminal> {
        let (mut output, input) = pipe()?;
        command.process_group(0).stdin(Stdio::piped()).stdout(input.try_clone()?).stderr(input);
        let mut child = command.spawn()?;
        drop(command);
        let stdin = child.stdin.take();
        let printed = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&printed);
        let reader = std::thread::spawn(move || drain(&mut output, &taken));
        Ok(Terminal { child, stdin, printed, reader, seen: 0, last: None, looked_at: Vec::new() })
    }

    /// Its process, and the group of all that it starts.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The lines that it has printed and that the page has not shown yet. One that has grown since it
    /// was shown is among them: it had no end then.
    pub fn unseen(&mut self) -> Vec<String> {
        let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&printed);
        let lines: Vec<String> = text.lines().map(as_seen).collect();
        if self.seen > 0 && lines.get(self.seen - 1) != self.last.as_ref() {
            self.seen -= 1;
            self.last = lines[..self.seen].last().cloned();
        }
        self.looked_at = lines.into_iter().skip(self.seen).collect();
        self.looked_at.clone()
    }

    /// So many of the lines that were unseen at the last look have been shown.
    pub fn pass(&mut self, count: usize) {
        self.seen += count;
        if let Some(last) = self.looked_at.drain(..count).next_back() {
            self.last = Some(last);
        }
    }

    /// Types a line. A program that reads no more is the business of what comes next on the page.
    pub fn enter(&mut self, line: &str) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// Ctrl-D.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Ctrl-C: the whole group has it.
    pub fn interrupt(&self) {
        // If all of it has ended already there is nobody to be told.
        let _ = killpg(self.group(), Signal::SIGINT);
    }

    /// How it has ended, if it has. Then all that it printed is there.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten()?;
        // What it started may hold the pipe open for ever; that is not worth waiting for.
        let done = || self.reader.is_finished().then_some(());
        let _ = wait_until(patience(LAST_WORDS), "its output to end", done);
        Some(status)
    }

    /// Waits for its end.
    pub fn wait_end(&mut self, seconds: f64) -> Result<ExitStatus, Failure> {
        wait_until(patience(seconds), "the program to end", || self.ended())
    }

    fn group(&self) -> Pid {
        Pid::from_raw(self.pid().cast_signed())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = killpg(self.group(), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// A line as a terminal shows it: tabs go on to the next eighth column.
fn as_seen(line: &str) -> String {
    let mut seen = String::new();
    for part in line.trim_end().split_inclusive('\t') {
        seen.push_str(part.trim_end_matches('\t'));
        if part.ends_with('\t') {
            let blanks = TAB - seen.chars().count() % TAB;
            seen.push_str(&" ".repeat(blanks));
        }
    }
    seen
}

fn drain(output: &mut impl Read, printed: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = output.read(&mut buffer) {
        let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(printed.len());
        printed.extend_from_slice(&buffer[..length.min(room)]);
    }
}

/// The number that a shell has for an end.
pub fn as_shell(status: ExitStatus) -> i32 {
    status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1)
}

#[test]
fn a_tab_is_shown_as_blanks() {
    assert_eq!(as_seen("real\t0m1\tx \r"), "real    0m1     x");
    assert_eq!(as_seen("12345678\tx"), "12345678        x");
}
