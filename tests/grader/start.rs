//! How a person starts the program that a check has started, and finds its process.

use std::ffi::OsString;
use std::path::Path;

/// What is so in every run and needs no word, or is another one by hand.
const USUAL: [&str; 3] = ["PORT", "HOST", "PYTHONUNBUFFERED"];

/// Ours know it; a learner's server need not.
const OURS: &str = "STOP_TIMEOUT=";

/// The log is what a person wants to see.
const UNUSUAL: &str = "--quiet";

/// How a program is started.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    /// `NAME=value` each.
    settings: Vec<String>,
    program: String,
    arguments: Vec<String>,
    /// Its name, where `pgrep` knows it by one.
    process: Option<String>,
    /// The most descriptors that it may have.
    descriptors: Option<usize>,
}

impl Default for Start {
    fn default() -> Start {
        Start::of(&["the-server".into()], &[])
    }
}

impl Start {
    /// Of a command line and what is set in its environment.
    pub fn of(command: &[OsString], environment: &[(OsString, OsString)]) -> Start {
        let words: Vec<String> =
            command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let mut settings: Vec<(String, String)> = Vec::new();
        for (name, value) in environment {
            let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
            if !USUAL.contains(&&*name) {
                settings.retain(|(before, _)| *before != name);
                settings.push((name.into_owned(), value.into_owned()));
            }
        }
        let settings = settings.iter().map(|(name, value)| format!("{name}={value}"));
        let mut settings: Vec<String> = settings.collect();
        let (program, process, arguments) = match words.as_slice() {
            // As `Target::shell` has it.
            [shell, option, script, _, arguments @ ..] if shell == "sh" && option == "-c" => {
                let typed = script.trim_start_matches("exec ").trim_end_matches(" \"$@\"");
                (typed.to_owned(), None, arguments)
            }
            [path, arguments @ ..] => match of_cargo(path) {
                Some(name) => (format!("cargo run --bin {name}"), Some(name), arguments),
                None => (quoted(path), None, arguments),
            },
            [] => (String::new(), None, &[][..]),
        };
        let mut arguments: Vec<String> =
            arguments.iter().filter(|one| *one != UNUSUAL).map(|one| quoted(one)).collect();
        if process.as_ref().is_some_and(|name| name.ends_with("-mine")) {
            settings.retain(|setting| !setting.starts_with(OURS));
        }
        if process.is_some() && !arguments.is_empty() {
            arguments.insert(0, "--".into());
        }
        Start { settings, program, arguments, process, descriptors: None }
    }

    /// With no more than so many descriptors, if there is such a limit.
    pub fn limited(self, descriptors: Option<usize>) -> Start {
        Start { descriptors, ..self }
    }

    /// Whether it is not started as usual.
    pub fn is_special(&self) -> bool {
        let is_limited = self.descriptors.is_some();
        is_limited || !self.settings.is_empty() || !self.arguments.is_empty()
    }

    /// Whether these words say already in which unusual way it is started.
    pub fn is_said_in(&self, words: &str) -> bool {
        self.settings.iter().chain(&self.arguments).any(|part| words.contains(part))
    }

    /// As in `HEAD_TIMEOUT=1 cargo run --bin stage2-mine`.
    pub fn command(&self) -> String {
        let words = self.settings.iter().chain([&self.program]).chain(&self.arguments);
        let words = words.cloned().collect::<Vec<String>>().join(" ");
        match self.descriptors {
            Some(most) => format!("(ulimit -n {most}; {words})"),
            None => words,
        }
    }

    /// What `kill` is given: of several processes of that name, the first.
    pub fn process(&self) -> String {
        let found = self.process.as_ref().map(|name| format!("$(pgrep -o {name})"));
        found.unwrap_or_else(|| "PID".into())
    }

    /// The same for its newest child.
    pub fn newest(&self) -> String {
        let found = self.process.as_ref().map(|name| format!("$(pgrep -n {name})"));
        found.unwrap_or_else(|| "CHILD".into())
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_=/.,:".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The name of a program of this repository.
fn of_cargo(path: &str) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    name.starts_with("stage").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(command: &[&str], environment: &[(&str, &str)]) -> Start {
        let command: Vec<OsString> = command.iter().map(Into::into).collect();
        let environment: Vec<(OsString, OsString)> =
            environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Start::of(&command, &environment)
    }

    #[test]
    fn a_program_of_cargo_is_started_with_cargo() {
        let plain = start(&["/a/target/debug/stage2-mine", "--quiet"], &[("PORT", "0")]);
        assert!(!plain.is_special());
        assert_eq!(plain.command(), "cargo run --bin stage2-mine");
        assert_eq!(plain.process(), "$(pgrep -o stage2-mine)");
        let settings = [("A_TIME", "9"), ("B", "2"), ("A_TIME", "1")];
        let special = start(&["/a/target/debug/stage2-mine", "live"], &settings);
        assert!(special.is_special());
        assert_eq!(special.command(), "B=2 A_TIME=1 cargo run --bin stage2-mine -- live");
        let limited = plain.limited(Some(9));
        assert!(limited.is_special());
        assert_eq!(limited.command(), "(ulimit -n 9; cargo run --bin stage2-mine)");
        assert!(!start(&["/a/stage4-mine"], &[("STOP_TIMEOUT", "60")]).is_special());
        assert!(start(&["/a/stage4-fork"], &[("STOP_TIMEOUT", "60")]).is_special());
    }

    #[test]
    fn a_command_is_shown_as_it_was_typed() {
        let typed = start(&["sh", "-c", "exec python3 a.py \"$@\"", "sh", "-x"], &[]);
        assert_eq!((typed.command(), typed.process()), ("python3 a.py -x".into(), "PID".into()));
        assert_eq!(start(&["echo", "it's"], &[]).command(), r"echo 'it'\''s'");
    }
}
