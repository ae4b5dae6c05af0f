//! One check, run on a thread of its own, so that neither a panic in it nor a server that hangs
//! ends the grader.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::check::{Check, Verdict};
use crate::failure::{Failure, Seen};
use crate::patience::{CHECK_SECONDS, patience};
use crate::scene::Scene;
use crate::target::Target;

/// Runs one check on a thread of its own, and gives it up when its time is over.
pub(crate) fn judge(check: Check, target: Target) -> Verdict {
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new().name(check.id.into());
    let scene = Scene::default();
    let seen = scene.clone();
    let started = thread.spawn(move || {
        seen.set();
        let verdict = catch_unwind(AssertUnwindSafe(|| (check.run)(&target)));
        // The receiver is gone if the check was given up meanwhile.
        let _ = sender.send(verdict);
    });
    if let Err(error) = started {
        return Err(Failure::new(format!("no thread for the check: {error}")).seen(Seen::Machine));
    }
    let limit = patience(CHECK_SECONDS);
    match before_deadline(&receiver, &scene, Instant::now(), limit) {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(panic)) => {
            Err(Failure::new(format!("the check itself failed: {}", message(&*panic)))
                .seen(Seen::Machine))
        }
        Err(RecvTimeoutError::Timeout) => Err(given_up(&scene, limit)),
        Err(RecvTimeoutError::Disconnected) => {
            Err(Failure::new("the check ended without a verdict").seen(Seen::Machine))
        }
    }
}

/// What comes before the deadline, which a check moves on when it starts another program.
fn before_deadline<T>(
    receiver: &Receiver<T>,
    scene: &Scene,
    begun: Instant,
    limit: Duration,
) -> Result<T, RecvTimeoutError> {
    loop {
        let end = deadline(scene, begun, limit);
        let result = receiver.recv_timeout(end.saturating_duration_since(Instant::now()));
        let is_over = deadline(scene, begun, limit) == end;
        if is_over || !matches!(result, Err(RecvTimeoutError::Timeout)) {
            return result;
        }
    }
}

/// `limit` behind the last start of a program: each of them may take its time on a machine that is
/// busy, one that starts Python above all.
fn deadline(scene: &Scene, begun: Instant, limit: Duration) -> Instant {
    scene.started().map_or(begun, |started| started.max(begun)) + limit
}

/// The check goes on meanwhile; what is known of it is told.
fn given_up(scene: &Scene, limit: Duration) -> Failure {
    let seconds = limit.as_secs_f64();
    let waits = match scene.waits_for() {
        what if what.is_empty() => String::new(),
        what => format!(", while it waited for {what}"),
    };
    let what = format!(
        "the check was given up after {seconds:.0} s{waits} (on a slow machine, GRADE_SLOW=3 \
         gives it more)"
    );
    let failure = Failure::new(what).seen(Seen::Hung);
    match scene.witness() {
        Some(witness) => failure.of(&witness),
        None => failure,
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
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
    fn a_check_that_is_given_up_says_what_it_waited_for_and_by_whom() {
        let scene = Scene::default();
        let seen = scene.clone();
        std::thread::spawn(move || {
            seen.set();
            let target = Target::command("x", ["sh", "-c", "echo listening on 127.0.0.1:1; cat"]);
            drop(target.start());
            crate::scene::waits_for("a train");
        })
        .join()
        .expect("it does not panic");
        let failure = given_up(&scene, Duration::from_secs(20));
        let what = "the check was given up after 20 s, while it waited for a train";
        assert!(failure.what().starts_with(what), "{}", failure.what());
        assert!(failure.story("", "").contains("  server    "));
    }

    #[test]
    fn each_program_that_a_check_starts_gives_it_more_time() {
        let (begun, limit) = (Instant::now(), Duration::from_secs(20));
        let scene = Scene::default();
        assert_eq!(deadline(&scene, begun, limit), begun + limit);
        let seen = scene.clone();
        let starts = std::thread::spawn(move || {
            seen.set();
            drop(Target::command("x", ["true"]).start());
        });
        starts.join().expect("it does not panic");
        assert!(deadline(&scene, begun, limit) > begun + limit);
    }

    #[test]
    fn a_program_that_prints_without_end_does_not_fill_our_memory() {
        let memory = || crate::process::resident_kib(std::process::id()).unwrap_or(0);
        let before = memory();
        let prints = "head -c 400000000 /dev/zero >&2; echo >&2; echo that was all >&2; exit 1";
        let flood = Target::command("x", ["sh", "-c", prints]);
        let verdict = judge(check(|target| target.start().map(drop)), flood);
        let story = verdict.expect_err("it does not listen").story("the contract", "Listen.");
        // Other tests run at the same time, and read up to 64 MiB each.
        assert!(memory() < before + 200 * 1024, "{} KiB, before {before} KiB", memory());
        assert!(story.contains("standard error that 398951424 bytes"), "{story}");
        assert!(story.contains("that was all"), "{story}");
        assert!(story.len() < 10_000, "the story has {} bytes", story.len());
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
