//! All text files of the repository, but for what is built, fetched or a learner's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::source::Source;

const TEXT: [&str; 9] = ["css", "html", "json", "md", "mjs", "rs", "sh", "toml", "yml"];
/// Folders whose files have no extension.
const SCRIPTS: &str = ".ci/";
const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", "book/out"];

/// All of them, read once.
pub fn all() -> &'static [Source] {
    static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in a folder");
        let mut paths = Vec::new();
        collect(root, Path::new(""), &mut paths);
        paths.sort();
        paths.iter().filter_map(|path| read(root, path)).collect()
    });
    assert!(ALL.len() > 50, "the repository was not found: only {} files", ALL.len());
    &ALL
}

/// The paths of all files below `folder`, relative to the root.
fn collect(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if !is_ours(&path) || kind.is_symlink() => {}
            Ok(kind) if kind.is_dir() => collect(root, &path, paths),
            _ => paths.push(path),
        }
    }
}

/// A learner's own server is nobody's business but the learner's.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.contains("-mine") && !NOT_OURS.iter().any(|folder| path.ends_with(folder))
}

fn read(root: &Path, path: &Path) -> Option<Source> {
    let name = path.to_str()?;
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_text = extension.is_some_and(|extension| TEXT.contains(&extension));
    if !is_text && !name.starts_with(SCRIPTS) {
        return None;
    }
    Some(Source::new(name, &fs::read_to_string(root.join(path)).ok()?))
}

#[test]
fn a_learners_own_server_is_left_alone() {
    assert!(!is_ours(Path::new("stage4-fork/src/bin/stage4-mine.rs")));
    assert!(!is_ours(Path::new("stage4-fork/src/bin/stage4-mine")));
    assert!(!is_ours(Path::new("target")));
    assert!(is_ours(Path::new("stage4-fork/src/main.rs")));
}
