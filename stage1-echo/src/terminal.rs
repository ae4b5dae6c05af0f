//! Hardening: lines for a person, which never stop the server.
//!
//! `println!` panics when nobody reads standard output any more (`… | head -1`). A server goes on.
//! But whoever writes to a terminal that is paused, or to a full pipe, waits: real servers write
//! their logs to files, or, as stage 5 does, from a thread that may wait.

use std::fmt::Arguments;
use std::io::{Write, stderr, stdout};

use nix::sys::signal::{SigSet, Signal};

/// Prints a line on standard output at once, if it can be printed.
pub fn say(line: Arguments) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints a line on standard error, if it can be printed.
///
/// The line goes out in one write, so that processes that share a terminal do not mix theirs.
pub fn warn(line: Arguments) {
    let _ = stderr().write_all(format!("{line}\n").as_bytes());
}

/// Makes of a log that may not grow any more (`ulimit -f`) one more line that can't be printed. Else
/// the kernel ends the process with SIGXFSZ. To be called before there are threads.
pub fn outlive_a_full_log() {
    // What is blocked stays pending, and `write` answers EFBIG.
    let _ = SigSet::from(Signal::SIGXFSZ).thread_block();
}
