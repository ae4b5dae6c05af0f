//! Runs named tests many at a time and tells of them as any Rust test program does, so that cargo,
//! cargo-nextest and editors understand it. The checks of a stage are such tests, made at run time.
//!
//! It is our own because the crates that do this bring a parser of command lines with them that takes
//! longer to compile than everything else that a learner builds.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stdout};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use lexopt::prelude::*;

use crate::tell;

/// A test that failed. What Rust's own test programs end with, too.
const FAILED: u8 = 101;
/// The command line is wrong.
const WRONG_USAGE: u8 = 2;

const HELP: &str = "\
usage: [OPTIONS] [NAME]...    runs the tests whose names contain one of these, or all of them

  --exact               a NAME is a whole name
  --skip NAME           not those whose names contain it
  --list                names them, and runs none
  --ignored             only those that are left out otherwise
  --include-ignored     those, too
  --test-threads N      how many at a time
  -q, --quiet           a character for each test
";

/// What the command line of a test program asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Only tests whose names contain one of these.
    pub names: Vec<String>,
    /// A name is a whole name.
    pub exact: bool,
    /// Not those whose names contain one of these.
    pub skip: Vec<String>,
    /// The tests are to be named only.
    pub list: bool,
    /// Only tests that are left out otherwise.
    pub ignored: bool,
    /// Those, too.
    pub include_ignored: bool,
    /// Less is to be said.
    pub quiet: bool,
    /// Benchmarks are asked for, and there are none.
    pub bench: bool,
    /// How many run at a time.
    pub threads: Option<usize>,
    /// Nothing is said: what calls [`run`] tells of it in its own way.
    pub silent: bool,
}

impl Arguments {
    /// Reads the command line of this process. Wrong usage and `--help` end it.
    #[must_use]
    pub fn from_args() -> Arguments {
        match Arguments::parse(lexopt::Parser::from_env()) {
            Ok(Some(arguments)) => arguments,
            Ok(None) => {
                let _ = tell::out(HELP);
                std::process::exit(0)
            }
            Err(error) => {
                tell::err(format_args!("{error}\n\n{HELP}"));
                std::process::exit(i32::from(WRONG_USAGE))
            }
        }
    }

    fn parse(mut parser: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
        let mut arguments = Arguments::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Value(name) => arguments.names.push(name.string()?),
                Long("exact") => arguments.exact = true,
                Long("skip") => arguments.skip.push(parser.value()?.string()?),
                Long("list") => arguments.list = true,
                Long("ignored") => arguments.ignored = true,
                Long("include-ignored") => arguments.include_ignored = true,
                Long("quiet") | Short('q') => arguments.quiet = true,
                Long("bench") => arguments.bench = true,
                Long("test-threads") => arguments.threads = Some(parser.value()?.parse()?),
                // Said by cargo and by editors, and of no importance here.
                Long("test" | "nocapture" | "no-capture" | "show-output") => {}
                Long("color" | "format") | Short('Z') => drop(parser.value()?),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(arguments))
    }

    /// Whether everything is to be run, as if nothing had been typed.
    #[must_use]
    pub fn asks_for_all(&self) -> bool {
        *self == Arguments { threads: self.threads, ..Arguments::default() }
    }

    fn wants(&self, trial: &Trial) -> bool {
        let is_in = |name: &String| {
            if self.exact { trial.name == *name } else { trial.name.contains(name.as_str()) }
        };
        let is_named = self.names.is_empty() || self.names.iter().any(is_in);
        is_named && !self.skip.iter().any(is_in) && (!self.ignored || trial.is_ignored)
    }
}

/// Why a test has not passed: it failed, or it could not be done.
#[derive(Debug)]
pub struct Failed {
    why: String,
    is_left_out: bool,
}

impl Failed {
    /// It could not be done here, which is no failure.
    #[must_use]
    pub fn left_out(why: impl Display) -> Failed {
        Failed { why: why.to_string(), is_left_out: true }
    }
}

impl<D: Display> From<D> for Failed {
    fn from(why: D) -> Failed {
        Failed { why: why.to_string(), is_left_out: false }
    }
}

type Test = Box<dyn FnOnce() -> Result<(), Failed> + Send>;

/// A test with a name.
pub struct Trial {
    name: String,
    is_ignored: bool,
    test: Test,
}

impl Trial {
    /// A test of this name.
    pub fn test(
        name: impl Into<String>,
        test: impl FnOnce() -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        Trial { name: name.into(), is_ignored: false, test: Box::new(test) }
    }

    /// Whether it is left out unless it is asked for.
    #[must_use]
    pub fn with_ignored_flag(self, is_ignored: bool) -> Trial {
        Trial { is_ignored, ..self }
    }
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Conclusion {
    /// How many tests passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many were left out.
    pub ignored: usize,
    /// How many were not asked for.
    pub filtered_out: usize,
}

impl Conclusion {
    /// Whether a test failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed > 0
    }

    /// The exit status of a test program.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.has_failed() { ExitCode::from(FAILED) } else { ExitCode::SUCCESS }
    }
}

/// Runs the tests that `arguments` ask for, and tells how they went.
#[must_use]
pub fn run(arguments: &Arguments, trials: Vec<Trial>) -> Conclusion {
    let began = Instant::now();
    let all = trials.len();
    let trials: Vec<Trial> = trials.into_iter().filter(|trial| arguments.wants(trial)).collect();
    let mut conclusion = Conclusion { filtered_out: all - trials.len(), ..Conclusion::default() };
    let teller = Teller::new(arguments, &trials);
    if arguments.list {
        trials.iter().for_each(|trial| teller.say(format_args!("{}: test\n", trial.name)));
        return conclusion;
    }
    let tests = if trials.len() == 1 { "test" } else { "tests" };
    teller.say(format_args!("\nrunning {} {tests}\n", trials.len()));
    let mut failed = Vec::new();
    each(arguments, trials, |name, outcome| {
        teller.tell(&name, &outcome);
        match outcome {
            Outcome::Passed => conclusion.passed += 1,
            Outcome::Ignored(_) => conclusion.ignored += 1,
            Outcome::Failed(why) => {
                conclusion.failed += 1;
                failed.push((name, why));
            }
        }
    });
    teller.summary(&conclusion, &failed, began.elapsed());
    conclusion
}

enum Outcome {
    Passed,
    Failed(String),
    /// And why, unless it was not asked for.
    Ignored(Option<String>),
}

/// Runs each of them on one of so many threads, and says on this one how each went, as soon as it is
/// known.
fn each(arguments: &Arguments, trials: Vec<Trial>, mut tell: impl FnMut(String, Outcome)) {
    let runs_ignored = arguments.ignored || arguments.include_ignored;
    let default = || available_parallelism().map_or(1, NonZero::get);
    let threads = arguments.threads.unwrap_or_else(default).clamp(1, trials.len().max(1));
    let waiting = Mutex::new(trials.into_iter());
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, waiting) = (sender.clone(), &waiting);
            scope.spawn(move || {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(Trial { name, is_ignored, test }) = next else { break };
                    let is_left_out = is_ignored && !runs_ignored;
                    let outcome = if is_left_out { Outcome::Ignored(None) } else { outcome(test) };
                    let _ = sender.send((name, outcome)); // it is received until all have ended
                }
            });
        }
        drop(sender);
        outcomes.iter().for_each(|(name, outcome)| tell(name, outcome));
    });
}

fn outcome(test: Test) -> Outcome {
    match catch_unwind(AssertUnwindSafe(test)) {
        Ok(Ok(())) => Outcome::Passed,
        Ok(Err(Failed { why, is_left_out: true })) => Outcome::Ignored(Some(why)),
        Ok(Err(Failed { why, .. })) => Outcome::Failed(why),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Outcome::Failed(format!("it panicked: {}", text.unwrap_or("without a message")))
        }
    }
}

/// Tells of a run as Rust's own test programs do.
struct Teller {
    is_silent: bool,
    is_quiet: bool,
    has_colour: bool,
    /// How long the longest name is.
    width: usize,
}

impl Teller {
    fn new(arguments: &Arguments, trials: &[Trial]) -> Teller {
        let has_colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let width = trials.iter().map(|trial| trial.name.chars().count()).max().unwrap_or(0);
        let Arguments { silent, quiet, .. } = *arguments;
        Teller { is_silent: silent, is_quiet: quiet, has_colour, width }
    }

    /// Says it. If the reader has gone, the tests go on all the same, and so does the exit status.
    fn say(&self, text: impl Display) {
        if !self.is_silent {
            let _ = tell::out(text);
        }
    }

    fn tell(&self, name: &str, outcome: &Outcome) {
        let (word, letter) = match outcome {
            Outcome::Passed => (self.coloured("ok", 32), "."),
            Outcome::Failed(_) => (self.coloured("FAILED", 31), "F"),
            Outcome::Ignored(why) => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(", {why}"));
                (self.coloured("ignored", 33) + &why, "i")
            }
        };
        if self.is_quiet {
            self.say(letter);
        } else {
            self.say(format_args!("test {name:width$} ... {word}\n", width = self.width));
        }
        let _ = stdout().flush();
    }

    fn summary(&self, conclusion: &Conclusion, failed: &[(String, String)], took: Duration) {
        if !failed.is_empty() {
            self.say("\nfailures:\n\n");
            for (name, why) in failed {
                self.say(format_args!("---- {name} ----\n{why}\n\n"));
            }
            self.say("\nfailures:\n");
            failed.iter().for_each(|(name, _)| self.say(format_args!("    {name}\n")));
        }
        let Conclusion { passed, failed, ignored, filtered_out } = conclusion;
        let word = if *failed == 0 { self.coloured("ok", 32) } else { self.coloured("FAILED", 31) };
        self.say(format_args!(
            "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; \
             {filtered_out} filtered out; finished in {:.2}s\n\n",
            took.as_secs_f64()
        ));
    }

    fn coloured(&self, word: &str, colour: u8) -> String {
        if self.has_colour { format!("\x1b[{colour}m{word}\x1b[0m") } else { word.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn arguments(words: &[&str]) -> Arguments {
        let words = std::iter::once("test").chain(words.iter().copied());
        let parsed = Arguments::parse(lexopt::Parser::from_iter(words));
        Arguments { silent: true, ..parsed.expect("they are right").expect("no help is asked for") }
    }

    fn trials() -> Vec<Trial> {
        vec![
            Trial::test("passes", || Ok(())),
            Trial::test("fails", || Err("it fails".into())),
            Trial::test("panics", || panic!("at a test's fault")),
            Trial::test("cannot-look", || Err(Failed::left_out("there is no such program"))),
            Trial::test("is-not-asked", || Err("it was not to be run".into()))
                .with_ignored_flag(true),
        ]
    }

    fn counts(words: &[&str]) -> [usize; 4] {
        let Conclusion { passed, failed, ignored, filtered_out } = run(&arguments(words), trials());
        [passed, failed, ignored, filtered_out]
    }

    #[test]
    fn each_test_is_counted_once() {
        assert_eq!(counts(&[]), [1, 2, 2, 0]);
        assert_eq!(counts(&["--test-threads", "1"]), [1, 2, 2, 0]);
        assert_eq!(counts(&["--include-ignored"]), [1, 3, 1, 0]);
        assert_eq!(counts(&["--ignored"]), [0, 1, 0, 4]);
    }

    #[test]
    fn names_choose() {
        assert_eq!(counts(&["pass"]), [1, 0, 0, 4]);
        assert_eq!(counts(&["pass", "panics"]), [1, 1, 0, 3]);
        assert_eq!(counts(&["--exact", "pass"]), [0, 0, 0, 5]);
        assert_eq!(
            counts(&["--exact", "passes", "--nocapture", "--format", "terse"]),
            [1, 0, 0, 4]
        );
        assert_eq!(counts(&["--skip", "fails"]), [1, 1, 2, 1]);
        assert_eq!(counts(&["--list"]), [0, 0, 0, 0]);
    }

    #[test]
    fn only_what_was_typed_makes_a_difference() {
        let silent = |words| Arguments { silent: false, ..arguments(words) };
        assert!(silent(&["--test-threads=3", "--nocapture"]).asks_for_all());
        for words in [&["name"][..], &["--list"], &["--quiet"], &["--skip", "a"], &["--ignored"]] {
            assert!(!silent(words).asks_for_all(), "{words:?}");
        }
        let wrong = Arguments::parse(lexopt::Parser::from_iter(["test", "--never-heard-of"]));
        assert!(wrong.is_err());
    }

    #[test]
    fn tests_run_at_the_same_time() {
        static HERE: AtomicUsize = AtomicUsize::new(0);
        let meets = || {
            HERE.fetch_add(1, Ordering::Relaxed);
            let deadline = Instant::now() + Duration::from_secs(10);
            while HERE.load(Ordering::Relaxed) < 2 {
                if Instant::now() > deadline {
                    return Err("the other one has not begun".into());
                }
                thread::yield_now();
            }
            Ok(())
        };
        let both = vec![Trial::test("one", meets), Trial::test("two", meets)];
        assert_eq!(run(&arguments(&["--test-threads", "2"]), both).passed, 2);
    }
}
