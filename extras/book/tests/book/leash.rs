//! Nothing outlives its page, not even if the test is ended in the middle.
//!
//! Each program has a process group of its own, so the terminal's Ctrl-C does not reach it. A shell
//! waits for the end of a pipe whose other end only this test holds, and then ends all groups.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const WATCH: &str = r#"cat >/dev/null
while read -r group; do kill -9 "-$group" 2>/dev/null; done <"$1""#;

/// A page's processes: their groups stand in a file.
#[derive(Debug)]
pub struct Leash {
    watch: Child,
    groups: PathBuf,
}

impl Leash {
    pub fn new(folder: &Path) -> io::Result<Leash> {
        let groups = folder.join("groups");
        fs::write(&groups, "")?;
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(&groups).process_group(0);
        let watch = watch.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        Ok(Leash { watch, groups })
    }

    /// The file with the groups, one a line.
    pub fn groups(&self) -> &Path {
        &self.groups
    }

    /// The pid of the shell, which started just now.
    pub fn pid(&self) -> u32 {
        self.watch.id()
    }

    /// From here on this group is the page's.
    pub fn hold(&self, group: u32) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(&self.groups)?;
        writeln!(file, "{group}")
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        // All terminals are gone by now, and their numbers may belong to others.
        let _ = self.watch.kill();
        let _ = self.watch.wait();
    }
}
