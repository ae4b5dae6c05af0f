//! Runs the checks of a stage and prints the verdict.
//!
//! Names, filters, `--list` and cargo-nextest work as with any Rust test (libtest-mimic); the last
//! line on standard output is ours.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, PoisonError, RwLock};

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};

use crate::check::{Check, Group, Verdict};
use crate::failure::{Failure, Seen};
use crate::interrupt;
use crate::patience::{CHECK_SECONDS, patience};
use crate::random;
use crate::target::Target;

/// Checks wait for servers far more than they work, so there are more of them than processors.
const THREADS: usize = 16;

/// Held for reading by a check that may share the machine, for writing by one that may not.
type Machine = RwLock<()>;

/// Runs the checks against `target` as the command line asks; `stage` is as in `stage 1`.
#[must_use]
pub fn run(stage: &str, target: &Target, groups: &[Group]) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    interrupt::watch();
    raise_descriptor_limit();
    let conclusion = libtest_mimic::run(&arguments, trials(target, groups));
    // Checks that were given up have left their servers behind.
    interrupt::kill_all();
    if conclusion.has_failed() {
        println!("GRADE_SEED={} makes the same random choices again", random::seed());
    }
    if !arguments.list {
        println!("{}", summary(stage, target, &conclusion));
    }
    conclusion.exit_code()
}

/// Those that need the whole machine come last: by then the others have started.
fn trials(target: &Target, groups: &[Group]) -> Vec<Trial> {
    let machine = Arc::new(Machine::default());
    let (alone, together): (Vec<&Group>, Vec<&Group>) =
        groups.iter().partition(|group| group.alone);
    let checks = |groups: Vec<&Group>| -> Vec<(Check, bool)> {
        let flat =
            groups.iter().flat_map(|group| group.checks.iter().map(|&check| (check, group.alone)));
        flat.collect()
    };
    let in_order = checks(together).into_iter().chain(checks(alone));
    in_order.map(|(check, alone)| trial(check, alone, target, &machine)).collect()
}

fn trial(check: Check, alone: bool, target: &Target, machine: &Arc<Machine>) -> Trial {
    let (target, machine) = (target.clone(), Arc::clone(machine));
    Trial::test(check.id, move || {
        // The guards protect no data, so a poisoned lock means nothing.
        let _shared = (!alone).then(|| machine.read().unwrap_or_else(PoisonError::into_inner));
        let _whole = alone.then(|| machine.write().unwrap_or_else(PoisonError::into_inner));
        judge(check, target).map_err(|failure| {
            Failed::from(format!("{}\n{}", check.title, failure.story(check.rule, check.hint)))
        })
    })
}

/// Runs one check on a thread of its own, and gives it up when its time is over.
pub(crate) fn judge(check: Check, target: Target) -> Verdict {
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new().name(check.id.into());
    let started = thread.spawn(move || {
        let verdict = catch_unwind(AssertUnwindSafe(|| (check.run)(&target)));
        // The receiver is gone if the check was given up meanwhile.
        let _ = sender.send(verdict);
    });
    if let Err(error) = started {
        return Err(Failure::new(format!("no thread for the check: {error}")).seen(Seen::Machine));
    }
    let limit = patience(CHECK_SECONDS);
    match receiver.recv_timeout(limit) {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(panic)) => {
            Err(Failure::new(format!("the check itself failed: {}", message(&*panic)))
                .seen(Seen::Machine))
        }
        Err(RecvTimeoutError::Timeout) => {
            let seconds = limit.as_secs_f64();
            let what =
                format!("the check was given up after {seconds:.0} s; GRADE_SLOW=3 gives it more");
            Err(Failure::new(what).seen(Seen::Hung))
        }
        Err(RecvTimeoutError::Disconnected) => {
            Err(Failure::new("the check ended without a verdict").seen(Seen::Machine))
        }
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
}

fn summary(stage: &str, target: &Target, conclusion: &Conclusion) -> String {
    let passed = conclusion.num_passed;
    let total = passed + conclusion.num_failed;
    let not_run = match conclusion.num_filtered_out + conclusion.num_ignored {
        0 => String::new(),
        count => format!(" ({count} not run)"),
    };
    format!("{stage}, {}: {passed} of {total} checks pass{not_run}", target.name())
}

/// Some systems start with 256 descriptors, fewer than some checks open at once.
fn raise_descriptor_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // If it can't be raised, the checks that need more will say so.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(run: fn(&Target) -> Verdict) -> Check {
        Check { id: "a-check", title: "", rule: "", hint: "", run }
    }

    #[test]
    fn a_panic_in_a_check_is_not_blamed_on_the_server() {
        let verdict = judge(check(|_| panic!("oops")), Target::reference("true"));
        let failure = verdict.expect_err("it panicked");
        assert_eq!(failure.what(), "the check itself failed: oops");
        assert_eq!(failure.kind(), Seen::Machine);
    }

    #[test]
    fn a_program_that_ends_at_once_is_told() {
        let failing = Target::command("x", ["sh", "-c", "echo no socket yet >&2; exit 1"]);
        let verdict = judge(check(|target| target.start().map(drop)), failing);
        let story = verdict.expect_err("it does not listen").story("the contract", "Listen.");
        assert!(
            story.starts_with("the program exited with status 1 before it listened\n"),
            "{story}"
        );
        assert!(story.contains("stderr    no socket yet\n"), "{story}");
    }
}
