//! Standard input, output and error that are closed, full, or limited in size: a server whose words
//! nobody takes goes on.

use std::net::TcpListener;
use std::path::PathBuf;

use super::{Calm, in_shell};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, fail};
use crate::exchange::answered;
use crate::failure::Failure;
use crate::gateway::talk::get;
use crate::random;
use crate::target::Target;

/// Where a shell lets the three lead.
const ELSEWHERE: [&str; 6] =
    ["<&-", ">&-", "2>&-", ">/dev/full", "2>/dev/full", "<&- >/dev/full 2>/dev/full"];

/// Closed or full; and a file that may not grow.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 2] {
    [
        Check {
            id: "faults-outputs",
            title: "a server goes on when standard input, output or error is closed or full",
            rule: "POSIX write(2): EBADF, EIO, ENOSPC",
            hint: "println! and eprintln! panic when they fail; use writeln! and ignore its error.",
            run: |target| {
                ELSEWHERE.iter().try_for_each(|elsewhere| goes_on::<STAGE>(target, "", elsewhere))
            },
        },
        Check {
            id: "faults-file-size",
            title: "a server whose log may not grow any more (ulimit -f) goes on",
            rule: "POSIX write(2): EFBIG; SIGXFSZ ends the process, unless it is ignored or blocked",
            hint: "Block SIGXFSZ at the start; the write then fails, and is ignored like any other.",
            run: |target| {
                let log = Log::new();
                goes_on::<STAGE>(target, "ulimit -f 0;", &format!(">{} 2>&1", log.0.display()))
            },
        },
    ]
}

/// A file for what a server says. Dropping it removes it.
struct Log(PathBuf);

impl Log {
    fn new() -> Log {
        Log(std::env::temp_dir().join(format!("faults-{}", random::name())))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // What stays behind in the directory for temporary files is not worth a failure.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// On a port that we choose, since nobody hears which one the server has. Somebody else may take it
/// meanwhile, so that one failure proves nothing.
fn goes_on<const STAGE: u8>(target: &Target, limits: &str, elsewhere: &str) -> Verdict {
    let once = || {
        let port = free_port()?;
        let listening = format!("echo \"listening on http://127.0.0.1:{port}\"");
        let words = format!("{listening}; {limits} exec \"$0\" \"$@\" {elsewhere}");
        let target = in_shell(target, &words).env("PORT", port.to_string());
        let calm = Calm::<STAGE>::start(&target)?;
        calm.server.wait_until("the server to listen", || calm.server.connect().ok())?;
        let told = |failure: Failure| failure.detail(format!("it was started with: {words}"));
        talks(&calm).map_err(told)?;
        is_reported(&calm, elsewhere).map_err(told)
    };
    once().or_else(|_| once())
}

/// The output that works says that the other one doesn't.
fn is_reported<const STAGE: u8>(calm: &Calm<STAGE>, elsewhere: &str) -> Verdict {
    let full = match elsewhere {
        ">/dev/full" => "output",
        "2>/dev/full" if STAGE >= 3 => "error", // before that, there is nothing to say there
        _ => return Ok(()),
    };
    let report = format!("standard {full} can't be written (No space left on device)");
    calm.server.wait_for_line(&report, |line| line.starts_with(&report)).map(drop)
}

pub(super) fn free_port() -> Result<u16, Failure> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.map_or_else(|_| fail(&(), "this machine has a free port"), |address| Ok(address.port()))
}

/// Whatever would be said on either output has been said after this.
fn talks<const STAGE: u8>(calm: &Calm<STAGE>) -> Verdict {
    for _ in 0..3 {
        calm.serves()?;
        if STAGE >= 3 {
            answered(&calm.server, get("/raise"), 500)?;
            answered(&calm.server, get("/panic"), 500)?;
        }
    }
    expect(&calm.server, calm.server.alive(), "the server still runs")
}
