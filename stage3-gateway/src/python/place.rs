//! Hardening: the folder that holds the Unix socket and the scripts. Only we may enter it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

/// What runs on the other side. It is part of the program, so that nobody has to install it.
const SCRIPTS: [(&str, &str); 3] = [
    (MASTER, include_str!("gateway_master.py")),
    ("gateway_load.py", include_str!("gateway_load.py")),
    ("gateway_worker.py", include_str!("gateway_worker.py")),
];
const MASTER: &str = "gateway_master.py";

/// A folder of our own among the system's temporary files. The master removes it when it ends:
/// a server may be killed and have no time for that.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    socket: PathBuf,
}

impl Place {
    /// Makes the folder, and writes the scripts into it.
    ///
    /// # Errors
    /// Temporary files can't be written.
    pub fn make() -> io::Result<Place> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("wsgi-{}-{:x}", process::id(), now.as_nanos());
        let folder = env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&folder)?; // fails if anything has that name already
        for (name, text) in SCRIPTS {
            fs::write(folder.join(name), text)?;
        }
        Ok(Place { socket: folder.join("socket"), folder })
    }

    /// Where the workers listen.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The script that Python is started with.
    pub fn script(&self) -> PathBuf {
        self.folder.join(MASTER)
    }

    /// Removes the folder, as far as that is possible: for when nobody else will do it.
    pub fn remove(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
