//! A clean copy of the repository: what git knows; without git, everything but what is built. A
//! learner's own servers are never part of it, and neither are submissions that lie in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::checksum::Checksum;
use super::{said, tree};

/// This repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the package grader is a folder of the repository").to_owned()
}

/// Its files, relative to it, without what is in the folders `but`.
pub fn files(root: &Path, but: &[&Path]) -> Result<Vec<PathBuf>, String> {
    let root = &root.canonicalize().map_err(|error| said(root, &error))?;
    let known = known_to_git(root).filter(|files| files.contains(Path::new("Cargo.toml")));
    let files = match known {
        Some(files) => files,
        None => tree::walk(root)?.files.into_iter().collect(),
    };
    let is_own = |path: &PathBuf| !path.to_string_lossy().contains("-mine");
    let is_file =
        |path: &PathBuf| fs::symlink_metadata(root.join(path)).is_ok_and(|data| data.is_file());
    let is_ours = |path: &PathBuf| !but.iter().any(|folder| root.join(path).starts_with(folder));
    Ok(files.into_iter().filter(is_own).filter(is_ours).filter(is_file).collect())
}

fn known_to_git(root: &Path) -> Option<BTreeSet<PathBuf>> {
    use std::os::unix::ffi::OsStringExt as _;
    let mut git = Command::new("git");
    git.arg("-C").arg(root);
    git.args(["ls-files", "-z"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Some(names.map(|name| std::ffi::OsString::from_vec(name.to_vec()).into()).collect())
}

/// Makes `to` hold just these files of `from`. What is there already and the same is left alone, so
/// that it need not be built again.
pub fn write(from: &Path, files: &[PathBuf], to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| said(to, &error))?;
    let wanted: BTreeSet<&PathBuf> = files.iter().collect();
    let there = tree::walk(to)?;
    for path in there.files.iter().filter(|path| !wanted.contains(path)) {
        fs::remove_file(to.join(path)).map_err(|error| said(path, &error))?;
    }
    for folder in there.folders.iter().rev() {
        // Those that are not empty stay.
        let _ = fs::remove_dir(to.join(folder));
    }
    for path in files {
        let (source, target) = (from.join(path), to.join(path));
        if fs::read(&source).ok() == fs::read(&target).ok() {
            continue;
        }
        fs::create_dir_all(target.parent().unwrap_or(to)).map_err(|error| said(path, &error))?;
        fs::copy(&source, &target).map_err(|error| said(path, &error))?;
    }
    Ok(())
}

/// A checksum of all that can change a mark.
pub fn checksum(root: &Path, files: &[PathBuf]) -> String {
    let code = files.iter().filter(|path| path.extension().is_none_or(|end| end != "md"));
    let sum = code.fold(Checksum::new(), |sum, path| {
        let bytes = fs::read(root.join(path)).unwrap_or_default();
        sum.add(path.as_os_str().as_encoded_bytes()).add(bytes)
    });
    sum.as_text()
}
