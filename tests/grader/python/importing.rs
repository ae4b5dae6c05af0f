//! A server that ends while Python still imports the application.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::machine::with_python;
use super::start::{are_gone, with};
use super::traces::Temporary;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::patience::wait_until;
use crate::process::descendants;
use crate::target::Target;

/// By then it has been said that the import is long. It ends after a minute.
const LONG: Duration = Duration::from_secs(40);

/// An import that never ends is what a newcomer has who calls `app.run()` in a module.
pub const CHECKS: &[Check] = &[Check {
    id: "python-server-killed-while-importing",
    title: "a server that is killed while an import does not end leaves nothing of Python",
    rule: "book/src/frameworks/workers.md: no process of Python outlives its server, however that ends",
    hint: "Who imports can't look at the control connection: have another process do it.",
    run: |target| with_python(target, killed),
}];

fn killed(target: &Target) -> Verdict {
    let temporary = Temporary::make()?;
    let running = temporary.used_by(&with(target, "endless:app", 1)).launch().spawn(|_| false)?;
    let told = |words| running.witness.stderr.text().iter().any(|line| line.contains(words));
    let advised = || {
        let is_told = told("imported for a long time") && told("still importing endless; does it");
        is_told.then_some(())
    };
    wait_until(LONG, "the advice on an import that is long", advised)
        .map_err(|failure| failure.of(&running))?;
    let processes: Vec<u32> = descendants(running.pid()).iter().map(|child| child.pid).collect();
    let what =
        format!("there are a master, who watches it, and what it has started: {processes:?}");
    expect(&running, processes.len() == 3, what)?;
    running.signal(Signal::SIGKILL)?;
    are_gone(&running, &processes)?;
    temporary.is_left_empty(&running)
}
