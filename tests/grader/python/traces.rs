//! A server with an application in Python that must leave nothing behind: no process, and none of its
//! temporary files.

use std::fs;
use std::path::{Path, PathBuf};

use super::start::{are_gone, master, with, workers};
use crate::check::Verdict;
use crate::evidence::{Evidence, expect};
use crate::failure::Failure;
use crate::patience::{STEP_SECONDS, patience, wait_until};
use crate::random;
use crate::server::Server;
use crate::target::Target;

/// How many workers it has.
pub(super) const WORKERS: usize = 2;

/// A server whose temporary files are where nobody else's are.
pub(super) struct Watched {
    pub server: Server,
    /// The process that keeps its workers alive.
    pub master: u32,
    temporary: Temporary,
}

impl Watched {
    /// Starts it with time enough to stop.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(target: &Target, application: &str) -> Result<Watched, Failure> {
        let temporary = Temporary::make()?;
        let target = temporary.used_by(&with(target, application, WORKERS));
        let server = target.env("STOP_TIMEOUT", "60").start()?;
        let master = master(&server)?;
        Ok(Watched { server, master, temporary })
    }

    /// The master and its workers.
    ///
    /// # Errors
    /// It has not as many as it should have.
    pub fn processes(&self) -> Result<Vec<u32>, Failure> {
        Ok([workers(&self.server, self.master, WORKERS, &[])?, vec![self.master]].concat())
    }

    /// Waits until these processes and all temporary files are gone.
    ///
    /// # Errors
    /// Something is left.
    pub fn leaves_nothing(&self, processes: &[u32]) -> Verdict {
        are_gone(&self.server, processes)?;
        self.temporary.is_left_empty(&self.server)
    }
}

/// A folder for temporary files, which is removed in the end.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// Makes it. Its name is short: the path of a Unix socket has 100 bytes or so.
    ///
    /// # Errors
    /// It can't be made.
    pub fn make() -> Result<Temporary, Failure> {
        let path = Path::new("/tmp").join(format!("python-{}", random::name()));
        let made = fs::create_dir(&path);
        made.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Temporary(path))
    }

    /// The target, with its temporary files in here.
    pub fn used_by(&self, target: &Target) -> Target {
        target.clone().env("TMPDIR", &self.0)
    }

    /// No folder of a server that did not start is left in it.
    ///
    /// # Errors
    /// One is.
    pub fn has_none_of_ours(&self, server: &impl Evidence) -> Verdict {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let ours = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let ours: Vec<String> = ours.filter(|name| name.starts_with("wsgi-")).collect();
        expect(server, ours.is_empty(), format!("nothing is left behind: {ours:?}"))
    }

    /// Waits until nothing is in it.
    ///
    /// # Errors
    /// Something is left.
    pub fn is_left_empty(&self, server: &impl Evidence) -> Verdict {
        let is_empty = || fs::read_dir(&self.0).ok()?.next().is_none().then_some(());
        let empty = wait_until(patience(STEP_SECONDS), "the temporary files to be gone", is_empty);
        empty.map_err(|failure| failure.of(server))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What can't be removed are temporary files, for the system to remove.
        let _ = fs::remove_dir_all(&self.0);
    }
}
