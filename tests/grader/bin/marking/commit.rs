//! The commit of a submission that is a clone, read from its files.
//!
//! `git` itself is not asked: a foreign repository's settings can name programs that it starts.

use std::path::{Path, PathBuf};

use super::tree::{self, Entries};

/// The names of branches and their commits; more is no repository of a learner.
const MOST_BYTES: u64 = 1 << 20;

/// The commit that is checked out in `root`, or in the outermost folder below it that is a clone.
pub fn of(root: &Path, entries: &Entries) -> Option<String> {
    let mut folders: Vec<&PathBuf> = entries.folders.iter().collect();
    folders.sort_by_key(|folder| folder.components().count());
    let git = |folder: &Path| folder.join(".git");
    let clone =
        std::iter::once(root.to_owned()).chain(folders.iter().map(|below| root.join(below)));
    clone.map(|folder| git(&folder)).filter(|git| git.is_dir()).find_map(|git| head(&git))
}

fn head(git: &Path) -> Option<String> {
    let text = |name: &Path| {
        let bytes = tree::read(&git.join(name), MOST_BYTES).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let head = text(Path::new("HEAD"))?;
    let Some(branch) = head.trim().strip_prefix("ref: ") else {
        return commit(&head);
    };
    let is_plain = branch.starts_with("refs/") && !branch.contains("..");
    let own = is_plain.then(|| text(Path::new(branch)).as_deref().and_then(commit)).flatten();
    own.or_else(|| {
        let packed = text(Path::new("packed-refs"))?;
        packed.lines().find_map(|line| commit(line.strip_suffix(branch)?))
    })
}

/// SHA-1 or SHA-256, in hexadecimal.
fn commit(text: &str) -> Option<String> {
    let text = text.trim();
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && [40, 64].contains(&text.len())).then(|| text.to_owned())
}
