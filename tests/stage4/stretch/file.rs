//! A server whose file is replaced while it runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use grader::{Failure, Seen, Target, Verdict, random};

/// A copy of the program, with its name, in a folder of its own. Dropping it removes both.
pub struct File {
    original: PathBuf,
    folder: PathBuf,
    copy: PathBuf,
    /// What the new program says first.
    pub word: String,
}

impl File {
    /// Beside the original, where programs may be run.
    pub fn copy_of(target: &Target) -> Result<File, Failure> {
        let Some(original) = target.file() else {
            let why = "the program stands in a command, and its file is not known";
            return Err(Failure::left_out(why));
        };
        let word = random::name();
        let folder = original.with_file_name(format!("new-{}-{word}", std::process::id()));
        let copy = folder.join(original.file_name().unwrap_or_default());
        let file = File { original: original.to_owned(), folder, copy, word };
        file.shell("mkdir \"${2%/*}\" && cp \"$1\" \"$2\"")?;
        Ok(file)
    }

    /// The server, to be started from the copy.
    pub fn target(&self, target: &Target) -> Target {
        target.clone().moved_to(&self.copy)
    }

    /// Puts another program in its place, as an update does: it says a word, takes its time (and
    /// starts nothing meanwhile, so that signals stay blocked), and becomes the original.
    pub fn replace(&self) -> Verdict {
        self.shell(
            "printf '%s\\n' '#!/bin/sh' \"echo $3, the new program\" \
             'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done' \"exec '$1' \\\"\\$@\\\"\" \
             > \"$2.next\" && chmod +x \"$2.next\" && mv \"$2.next\" \"$2\"",
        )
    }

    /// Files are written by another process: one that this process has open for writing can't be
    /// run, and whatever it starts meanwhile holds it open for a moment too.
    fn shell(&self, script: &str) -> Verdict {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(&self.original).arg(&self.copy).arg(&self.word);
        let done = shell.status().is_ok_and(|status| status.success());
        let failure = || Failure::new("the program can't be copied").seen(Seen::Machine);
        done.then_some(()).ok_or_else(failure)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // What stays behind among the build's results is not worth a failure.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
