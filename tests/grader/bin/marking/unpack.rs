//! Opens an archive with the system's own program, into an empty folder and within limits.
//!
//! What it writes outside of that folder (`../` in a name, an absolute name) these programs refuse
//! by themselves; in the sandbox they could not do it either. Only regular files below the folder
//! are looked at afterwards.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::cell::{Cell, Room, find_program};
use super::fence::Fence;
use super::tree;
use super::watch::{self, Limits};

const SECONDS: u64 = 120;

/// Unpacked, without `target`. A clone of the repository has some 5 MiB.
const MOST_BYTES: u64 = 256 << 20;

/// Unpacks `archive` into the folder `to`.
pub fn unpack(archive: &Path, packed: &str, to: &Path, cell: &Cell) -> Result<(), String> {
    let said = |error| format!("{}: {error}", archive.display());
    tree::empty(to).map_err(said)?;
    // Under a plain name: some programs take `*` or a leading dash in a name for something else.
    let plain = to.with_extension("archive");
    fs::copy(archive, &plain).map_err(said)?;
    let line = command_line(&plain, packed, to)?;
    let room = Room { read: &[&plain], write: &[to], folder: to, environment: &[] };
    let fence = Fence { memory_mib: 1024, processes: 64, file_mib: MOST_BYTES >> 20 };
    let command = cell.command(&line, &room, &fence);
    let limits = Limits {
        until: Instant::now() + Duration::from_secs(SECONDS),
        memory_mib: 1024,
        processes: 64,
        folder: Some((to.to_owned(), MOST_BYTES)),
    };
    let ended = watch::run(command, &limits)?;
    if let Some(why) = ended.stopped {
        return Err(format!("the archive can't be unpacked: {why}; ask for one without target"));
    }
    // unzip says 1 for what is only a warning.
    match ended.status.and_then(|status| status.code()) {
        Some(0) => Ok(()),
        Some(1) if line[0].ends_with("unzip") => Ok(()),
        _ => {
            let said =
                String::from_utf8_lossy(&ended.stderr).lines().last().unwrap_or("").to_owned();
            Err(format!(
                "the archive can't be unpacked; is it really .{packed}? It was said: {said}"
            ))
        }
    }
}

/// The programs that can do it, in the order in which they are tried.
fn command_line(archive: &Path, packed: &str, to: &Path) -> Result<Vec<String>, String> {
    let text = |path: &Path| {
        path.to_str().map(str::to_owned).ok_or("the target folder's name is no UTF-8: rename it")
    };
    let (archive, to) = (text(archive)?, text(to)?);
    let line = |program: String, words: &[&str]| {
        std::iter::once(program).chain(words.iter().map(ToString::to_string)).collect()
    };
    if packed != "zip" {
        let tar = find_program("tar").ok_or("tar is not installed: install it, or unpack")?;
        let zip = if packed == "tar.gz" { "-xzf" } else { "-xf" };
        let plain = ["--no-same-owner", "--no-same-permissions", "--exclude=target"];
        let words = [&[zip, archive.as_str(), "-C", &to][..], &plain].concat();
        return Ok(line(tar, &words));
    }
    if let Some(unzip) = find_program("unzip") {
        let words = ["-qq", "-o", &archive, "-d", &to, "-x", "target/*", "*/target/*"];
        return Ok(line(unzip, &words));
    }
    let python = find_program("python3");
    let python =
        python.ok_or("a .zip needs unzip or python3: install one of them, or unpack it")?;
    Ok(line(python, &["-m", "zipfile", "-e", &archive, &to]))
}
