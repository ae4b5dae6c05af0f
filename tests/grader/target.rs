//! The program under test: a command line, a name for the verdict, and settings.
//!
//! It may be our own server or anybody's, in any language; all that is asked of it is the contract
//! of every server (`PORT`, `HOST`, and the listening line).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::launch::Launch;
use crate::server::Server;

/// The name of this repository's own server.
pub const REFERENCE: &str = "reference";

/// The name of a learner's server.
pub const MINE: &str = "mine";

/// Which program is under test, and how it is started.
#[derive(Clone, Debug)]
pub struct Target {
    name: String,
    command: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
}

impl Target {
    /// This repository's own server: the binary at `path`.
    #[must_use]
    pub fn reference(path: impl Into<OsString>) -> Target {
        Target::command(REFERENCE, [path])
    }

    /// Any program: its name in the verdict, and its command line.
    #[must_use]
    pub fn command<S: Into<OsString>>(
        name: impl Into<String>,
        command: impl IntoIterator<Item = S>,
    ) -> Target {
        let command = command.into_iter().map(Into::into).collect();
        Target { name: name.into(), command, environment: Vec::new(), folder: None }
    }

    /// A command as somebody has typed it, started by a shell in the folder where it was typed.
    ///
    /// The shell gives its process to the program, so that a signal to the one reaches the other:
    /// a single command, no list of them.
    #[must_use]
    pub fn shell(command: &str) -> Target {
        let script = format!("exec {command} \"$@\"");
        let target = Target::command(command, ["sh", "-c", &script, "sh"]);
        Target { folder: Some(typed_in()), ..target }
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

    /// The program's file; `None` if a shell is asked to find it.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.command.first().map(Path::new).filter(|file| file.is_absolute())
    }

    /// The same with its program in another file.
    #[must_use]
    pub fn moved_to(mut self, file: impl Into<OsString>) -> Target {
        self.command.splice(..1, [file.into()]);
        self
    }

    /// The same, started by this command, which becomes the program: `setpriv`, for example.
    #[must_use]
    pub fn started_by(mut self, command: &[&str]) -> Target {
        self.command.splice(..0, command.iter().map(OsString::from));
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
        Launch::new(&self.command, &self.environment, self.folder.as_deref())
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

/// The folder in which a person has typed the command that runs the checks: cargo starts them in
/// their package's folder, but leaves `PWD` as the shell has set it. Without it, the workspace's.
#[must_use]
pub fn typed_in() -> PathBuf {
    let shells = std::env::var_os("PWD").map(PathBuf::from);
    let shells = shells.filter(|folder| folder.is_absolute() && folder.is_dir());
    let workspace = || Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    shells.unwrap_or_else(workspace)
}
