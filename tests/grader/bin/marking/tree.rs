//! Files that nobody has vouched for: walked, read and copied with limits, no link ever followed.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Built, fetched, or a system's own: nothing in them is a submission.
const LEFT_OUT: [&str; 5] = [".git", "target", "node_modules", "__MACOSX", "__pycache__"];

/// More entries than a whole clone has; a submission beyond that is a mistake or an attack.
const MOST_ENTRIES: usize = 20_000;

/// Folders within folders.
const DEEPEST: usize = 40;

/// The entries below `root`, relative to it, folders before what is in them.
pub struct Entries {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

/// Everything below `root` that is a folder or a regular file.
pub fn walk(root: &Path) -> Result<Entries, String> {
    let mut found = Entries { files: Vec::new(), folders: Vec::new() };
    let mut todo = vec![(PathBuf::new(), 0)];
    while let Some((folder, depth)) = todo.pop() {
        let entries = fs::read_dir(root.join(&folder));
        let mut entries: Vec<_> = entries.map_err(|error| error.to_string())?.flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, kind) = (folder.join(entry.file_name()), entry.file_type());
            let is_left_out = LEFT_OUT.iter().any(|name| entry.file_name() == *name);
            match kind {
                Ok(kind) if kind.is_file() => found.files.push(path),
                Ok(kind) if kind.is_dir() && !is_left_out && depth < DEEPEST => {
                    found.folders.push(path.clone());
                    todo.push((path, depth + 1));
                }
                _ => {}
            }
            if found.files.len() + found.folders.len() > MOST_ENTRIES {
                return Err(format!("more than {MOST_ENTRIES} files: ask for fewer"));
            }
        }
    }
    Ok(found)
}

/// A regular file of at most `most` bytes.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let said = |error: io::Error| format!("{}: {error}", path.display());
    let is_file = fs::symlink_metadata(path).map_err(said)?.is_file();
    if !is_file {
        return Err(format!("{} is no regular file", path.display()));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(said)?.take(most + 1).read_to_end(&mut bytes).map_err(said)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= most);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if fits { Ok(bytes) } else { Err(format!("{name} has more than {most} bytes")) }
}

/// How many bytes are below `root`, as far as can be seen.
pub fn size(root: &Path) -> u64 {
    let mut todo = vec![root.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => todo.push(entry.path()),
                // Each file takes a block, however small it is.
                Ok(data) => bytes += data.len().max(4096),
                Err(_) => {}
            }
        }
    }
    bytes
}

/// Removes `root` with all that is in it, also what may not be entered.
pub fn remove(root: &Path) -> io::Result<()> {
    let Ok(data) = fs::symlink_metadata(root) else {
        return Ok(());
    };
    if !data.is_dir() {
        return fs::remove_file(root);
    }
    if fs::remove_dir_all(root).is_ok() {
        return Ok(());
    }
    let mut todo = vec![root.to_owned()];
    while let Some(folder) = todo.pop() {
        // What can't be changed can't be removed either, and that is said below.
        let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        todo.extend(folders.map(|entry| entry.path()));
    }
    fs::remove_dir_all(root)
}

/// An empty folder, whatever was there before.
pub fn empty(folder: &Path) -> io::Result<()> {
    remove(folder)?;
    fs::create_dir_all(folder)
}
