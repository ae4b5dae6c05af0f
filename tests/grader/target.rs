//! The program under test: a command line, a name for the verdict, and settings.
//!
//! It may be our own server or anybody's, in any language; all that is asked of it is the contract
//! of every server (`PORT`, `HOST`, and the listening line).

use std::ffi::OsString;

use crate::failure::Failure;
use crate::launch::Launch;
use crate::server::Server;

/// Which program is under test, and how it is started.
#[derive(Clone, Debug)]
pub struct Target {
    name: String,
    command: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Target {
    /// This repository's own server: the binary at `path`.
    #[must_use]
    pub fn reference(path: impl Into<OsString>) -> Target {
        Target::command("reference", [path])
    }

    /// Any program: its name in the verdict, and its command line.
    #[must_use]
    pub fn command<S: Into<OsString>>(
        name: impl Into<String>,
        command: impl IntoIterator<Item = S>,
    ) -> Target {
        let command = command.into_iter().map(Into::into).collect();
        Target { name: name.into(), command, environment: Vec::new() }
    }

    /// With one more argument in each run, after those it has.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Target {
        self.command.push(argument.into());
        self
    }

    /// With one more environment variable in each run.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Target {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// What the verdict calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A run of it that can still be given arguments and settings.
    #[must_use]
    pub fn launch(&self) -> Launch {
        Launch::new(&self.command, &self.environment)
    }

    /// Starts it as it is and waits until it listens.
    ///
    /// # Errors
    ///
    /// It can't be started, ends, or says nothing of listening in time.
    pub fn start(&self) -> Result<Server, Failure> {
        self.launch().start()
    }
}
