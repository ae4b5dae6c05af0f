//! Starts the program under test: what it gets from its environment, and when it counts as started.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::escape::escape_line;
use crate::failure::{Failure, Seen};
use crate::finished::Finished;
use crate::listening::{LISTENING_WITHIN, address_in, listening};
use crate::patience::{STEP_SECONDS, patience, wait_until};
use crate::running::Running;
use crate::server::Server;
use crate::start::Start;
use crate::witness::in_words;

/// Seconds until the listening line: an interpreter may have to start first, on a busy machine.
const START_SECONDS: f64 = 10.0;

/// What `--help` of some server names, and a check sets if it needs it.
const SETTINGS: [&str; 6] = [
    "CONNECTIONS",
    "CONTENT_LIMIT",
    "HEAD_TIMEOUT",
    "IDLE_TIMEOUT",
    "PYTHON_TIMEOUT",
    "STOP_TIMEOUT",
];

/// A run of the program under test that is about to be started.
#[derive(Debug)]
pub struct Launch {
    command: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    closes_stdout: bool,
    descriptors: Option<usize>,
    /// What is descriptor 3, and what is said about it.
    inherits: Option<(OwnedFd, String)>,
}

impl Launch {
    pub(crate) fn new(
        command: &[OsString],
        environment: &[(OsString, OsString)],
        folder: Option<&Path>,
    ) -> Launch {
        let contract = [("PORT", "0"), ("HOST", "127.0.0.1"), ("PYTHONUNBUFFERED", "1")];
        let contract = contract.map(|(name, value)| (name.into(), value.into()));
        let environment = contract.iter().chain(environment).cloned().collect();
        let (command, folder) = (command.to_vec(), folder.map(Path::to_owned));
        Launch {
            command,
            environment,
            folder,
            closes_stdout: false,
            descriptors: None,
            inherits: None,
        }
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Launch {
        self.command.push(argument.into());
        self
    }

    /// With this environment variable, instead of what it had.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl AsRef<OsStr>) -> Launch {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// With nobody reading its standard output any more once it has said that it listens.
    #[must_use]
    pub fn closing_stdout(mut self) -> Launch {
        self.closes_stdout = true;
        self
    }

    /// With no more than so many descriptors open at a time.
    #[must_use]
    pub fn descriptors(mut self, most: usize) -> Launch {
        self.descriptors = Some(most);
        self
    }

    /// With this descriptor as its descriptor 3, and with these settings, in which `$$` is its pid.
    #[must_use]
    pub fn inheriting(mut self, descriptor: OwnedFd, settings: &str) -> Launch {
        self.inherits = Some((descriptor, settings.to_owned()));
        self
    }

    /// Starts the program and waits for its listening line.
    ///
    /// # Errors
    ///
    /// It can't be started, ends, or says nothing of listening in time.
    pub fn start(&self) -> Result<Server, Failure> {
        let closes = self.closes_stdout;
        let running = self.spawn(move |line| closes && address_in(line).is_some())?;
        let what = "the line \"listening on …\" on standard output";
        let started = wait_until(patience(START_SECONDS), what, || match listening(&running) {
            Some(found) => Some(Ok(found)),
            None => running.ended().map(Err),
        });
        match started.map_err(|failure| said_instead(failure.of(&running), &running))? {
            Ok((line, address)) => Ok(Server::new(running, line, address)),
            Err(status) => {
                let what = format!("the program {} before it listened", in_words(status));
                Err(Failure::new(what).seen(Seen::Ended).of(&running))
            }
        }
    }

    /// Starts the program and waits for its end, as for `--help` and for wrong usage.
    ///
    /// # Errors
    ///
    /// It can't be started, listens instead, or does not end in time.
    pub fn run(&self) -> Result<Finished, Failure> {
        let running = self.spawn(|_| false)?;
        let ended = wait_until(patience(STEP_SECONDS), "the program to end by itself", || {
            listening(&running).map(|_| None).or_else(|| running.ended().map(Some))
        });
        let Some(status) = ended.map_err(|failure| failure.of(&running))? else {
            let what = "expected that the program ends by itself; it listens instead";
            return Err(Failure::new(what).of(&running));
        };
        Ok(Finished { status, running })
    }

    /// Starts the program, and waits for nothing.
    pub(crate) fn spawn(
        &self,
        enough: impl FnMut(&[u8]) -> bool + Send + 'static,
    ) -> Result<Running, Failure> {
        let start = Start::of(&self.command, &self.environment).limited(self.descriptors);
        Running::spawn(&mut self.as_command()?, start, enough)
    }

    /// What a shell does before it becomes the program.
    fn preparation(&self) -> Option<String> {
        let lowers = self.descriptors.map(|most| format!("ulimit -n {most}"));
        let hands_over = self
            .inherits
            .as_ref()
            .map(|(_, settings)| format!("exec 3<&0 0</dev/null && export {settings}"));
        let parts: Vec<String> = lowers.into_iter().chain(hands_over).collect();
        (!parts.is_empty()).then(|| parts.join(" && "))
    }

    fn as_command(&self) -> Result<Command, Failure> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Err(Failure::new("there is no program to start").seen(Seen::Machine));
        };
        let mut command = match self.preparation() {
            Some(prepares) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &format!("{prepares} && exec \"$@\""), "sh"]).arg(program);
                shell
            }
            None => Command::new(program),
        };
        command.stdin(Stdio::null());
        if let Some((descriptor, _)) = &self.inherits {
            let copy = descriptor.try_clone().map_err(|error| {
                Failure::new(format!("no descriptor for the server: {error}")).seen(Seen::Machine)
            })?;
            command.stdin(Stdio::from(copy)); // nobody else who is started meanwhile gets it
        }
        // What the person who runs the checks has set for own use must not change the verdict.
        for name in SETTINGS {
            command.env_remove(name);
        }
        // A backtrace would push the line that names the panic out of the story.
        command.env("RUST_BACKTRACE", "0");
        command.args(arguments).envs(self.environment.iter().cloned());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        Ok(command)
    }
}

/// What is told of a program that has printed nothing when its listening line was waited for.
pub(crate) const NO_OUTPUT: &str = "standard output was empty";

/// What it did print is the first thing to look at when the listening line is missing.
fn said_instead(failure: Failure, running: &Running) -> Failure {
    let lines = running.witness.stdout.first(LISTENING_WITHIN);
    if lines.is_empty() {
        return failure.detail(NO_OUTPUT);
    }
    let said =
        |failure: Failure, line: &Vec<u8>| failure.detail(format!("stdout: {}", escape_line(line)));
    lines.iter().fold(failure, said)
}
