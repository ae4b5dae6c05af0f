//! The requests in `tests/requests`: raw bytes, each with what it must come to.
//!
//! The tables of `tests/requests/README.md` say for each file which stages understand the matter,
//! which status the answer has, why, and what the content contains. A file without a row and a row
//! without a file are errors, so that the tables can be trusted.

mod send;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use send::{bytewise, whole};

use crate::check::Check;
use crate::failure::{Failure, Seen};

/// The checks that send the corpus to a server of stage `STAGE`, `AT_ONCE` requests at a time: 1 for
/// a server that serves one client after the other.
#[must_use]
pub const fn checks<const STAGE: u8, const AT_ONCE: usize>() -> [Check; 2] {
    [
        Check {
            id: "corpus-whole",
            title: "every request of the corpus gets its answer",
            rule: "tests/requests/README.md, one rule a request",
            hint: "Take the first request of the list and send it by hand.",
            run: |target| whole(target, STAGE, AT_ONCE),
        },
        Check {
            id: "corpus-byte-by-byte",
            title: "every request of the corpus gets the same answer when its bytes come singly",
            rule: "RFC 9112 s2.2, and one rule a request in tests/requests/README.md",
            hint: "Decide on the bytes that have come, not on what one read brought.",
            run: |target| bytewise(target, STAGE, AT_ONCE),
        },
    ]
}

/// One request of the corpus.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its file below `tests/requests`, as in `invalid/host-missing.http`.
    pub file: String,
    /// The first and the last stage that understand it.
    pub stages: RangeInclusive<u8>,
    /// The status of the answer.
    pub status: u16,
    /// The rule that it keeps or breaks.
    pub why: String,
    /// What the content of the answer contains; empty if nothing in particular.
    pub content: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

impl Request {
    /// Whether a server may keep the connection open after it.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.file.starts_with("valid/")
    }
}

static REQUESTS: LazyLock<Result<Vec<Request>, String>> = LazyLock::new(|| load(&folder()));

/// All requests that `stage` understands.
///
/// # Errors
///
/// The tables and the files disagree.
pub fn requests_for(stage: u8) -> Result<Vec<&'static Request>, Failure> {
    let all = REQUESTS.as_ref().map_err(|why| {
        Failure::new(format!("tests/requests can't be used: {why}")).seen(Seen::Machine)
    })?;
    Ok(all.iter().filter(|request| request.stages.contains(&stage)).collect())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("requests")
}

fn load(folder: &Path) -> Result<Vec<Request>, String> {
    let readme = folder.join("README.md");
    let text =
        fs::read_to_string(&readme).map_err(|error| format!("{}: {error}", readme.display()))?;
    let requests = table::requests(&text)?;
    let mut files = files(folder)?;
    for request in &requests {
        if !files.remove(&request.file) {
            return Err(format!("{} has a row too many, or no file", request.file));
        }
    }
    if let Some(file) = files.first() {
        return Err(format!("{file} has no row in README.md"));
    }
    let read = |request: Request| match fs::read(folder.join(&request.file)) {
        Ok(bytes) => Ok(Request { bytes, ..request }),
        Err(error) => Err(format!("{}: {error}", request.file)),
    };
    requests.into_iter().map(read).collect()
}

/// The names of all request files, as in [`Request::file`].
fn files(folder: &Path) -> Result<BTreeSet<String>, String> {
    let mut files = BTreeSet::new();
    for kind in ["valid", "invalid"] {
        let entries =
            fs::read_dir(folder.join(kind)).map_err(|error| format!("{kind}: {error}"))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        files.extend(
            names.filter(|name| name.ends_with(".http")).map(|name| format!("{kind}/{name}")),
        );
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_files_agree() {
        let requests = load(&folder()).unwrap_or_else(|why| panic!("{why}"));
        let valid = requests.iter().filter(|request| request.is_valid()).count();
        assert!(valid >= 25, "there are {valid} valid requests");
        assert!(requests.len() - valid >= 50, "there are {} invalid ones", requests.len() - valid);
    }
}
