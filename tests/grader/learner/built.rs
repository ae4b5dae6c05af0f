//! What a built program says of itself: from which files rustc has compiled it, and whether the code
//! of a certain library is in it.
//!
//! The text of a program can hide both: a path may be put together by `concat!`, stand in a
//! `cfg_attr`, or lead through a symbolic link. The compiler knows. What it has read is in the file
//! with the ending `.d` that it writes for cargo. A library that is never called leaves nothing in the
//! program, and one that is called leaves the names of its functions in the table of symbols, which
//! needs no tool to be read: that is one stretch of bytes in an executable of Linux or of macOS.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The files that `program` was compiled from, as rustc has named them; `None` if it can't be told.
pub(super) fn sources(program: &Path) -> Option<Vec<PathBuf>> {
    let text = fs::read_to_string(dep_info(program)?).ok()?;
    // Each file stands alone before a colon, so that make does not stop where one has gone.
    let alone = text.lines().filter(|line| !line.starts_with('#'));
    let alone = alone.filter_map(|line| line.strip_suffix(':'));
    Some(alone.map(|name| PathBuf::from(name.replace("\\ ", " "))).collect())
}

/// Where cargo keeps the names of the files that `program` was compiled from.
///
/// Cargo builds `debug/deps/stage3_mine-0123456789abcdef`, with its `.d` beside it, and puts a link
/// or, on macOS, a copy of it at `debug/stage3-mine`.
pub fn dep_info(program: &Path) -> Option<PathBuf> {
    let name = program.file_name()?.to_str()?.replace('-', "_") + "-";
    let found = fs::read_dir(program.parent()?.join("deps")).ok()?.flatten();
    let is_its = |path: &PathBuf| {
        let file = path.file_name().and_then(|file| file.to_str());
        let hash = file.and_then(|file| file.strip_prefix(&name)?.strip_suffix(".d"));
        hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let mut infos: Vec<PathBuf> = found.map(|entry| entry.path()).filter(is_its).collect();
    let data = fs::metadata(program).ok();
    // Other settings leave other builds behind.
    let is_linked = |info: &PathBuf| {
        let built = fs::metadata(info.with_extension("")).ok();
        built
            .zip(data.as_ref())
            .is_some_and(|(one, other)| one.ino() == other.ino() && one.dev() == other.dev())
    };
    if let Some(linked) = infos.iter().position(is_linked) {
        return Some(infos.swap_remove(linked));
    }
    infos.into_iter().max_by_key(|info| fs::metadata(info).and_then(|data| data.modified()).ok())
}

/// Whether functions of the library `krate` are in `program`; `None` if that can't be told.
pub(super) fn calls(program: &Path, krate: &str) -> Option<bool> {
    let file = fs::read(program).ok()?;
    Some(is_named(names_of_elf(&file).or_else(|| names_of_mach_o(&file))?, krate))
}

/// The number of `LENGTH` bytes at `at`, the lowest byte first.
fn number<const LENGTH: usize>(file: &[u8], at: usize) -> Option<usize> {
    let bytes = file.get(at..at.checked_add(LENGTH)?)?;
    bytes
        .iter()
        .rev()
        .try_fold(0usize, |sum, &byte| Some(sum.checked_mul(256)? + usize::from(byte)))
}

/// The names of a 64-bit executable of Linux: the section to which the table of symbols refers.
fn names_of_elf(file: &[u8]) -> Option<&[u8]> {
    const SYMBOLS: usize = 2;
    if !file.starts_with(b"\x7FELF\x02\x01") {
        return None;
    }
    let (table, size) = (number::<8>(file, 0x28)?, number::<2>(file, 0x3A)?);
    let section = |index: usize| table.checked_add(index.checked_mul(size)?);
    let mut sections = (0..number::<2>(file, 0x3C)?).filter_map(section);
    let symbols = sections.find(|&at| number::<4>(file, at + 4) == Some(SYMBOLS))?;
    let names = section(number::<4>(file, symbols + 0x28)?)?;
    let (start, length) = (number::<8>(file, names + 0x18)?, number::<8>(file, names + 0x20)?);
    file.get(start..start.checked_add(length)?)
}

/// The same of macOS: its load command 2 says where they are.
fn names_of_mach_o(file: &[u8]) -> Option<&[u8]> {
    const SYMBOLS: usize = 2;
    if !file.starts_with(b"\xCF\xFA\xED\xFE") {
        return None;
    }
    let mut at = 32;
    for _ in 0..number::<4>(file, 16)? {
        if number::<4>(file, at)? == SYMBOLS {
            let (start, length) = (number::<4>(file, at + 16)?, number::<4>(file, at + 20)?);
            return file.get(start..start.checked_add(length)?);
        }
        at = at.checked_add(number::<4>(file, at + 4)?)?;
    }
    None
}

/// Whether one of these names is of something in `krate`.
///
/// rustc writes `stage3_gateway::run` as `_ZN14stage3_gateway3run…`, and a type of a crate within
/// another name as `$LT$stage3_gateway..Head$u20$as…`. The newer scheme has `Cs1a2B_14stage3_gateway`
/// wherever a crate is meant. A module of one's own with the same name has neither.
fn is_named(names: &[u8], krate: &str) -> bool {
    let length = krate.len().to_string();
    let mut at = 0;
    // Each name ends with a zero.
    while let Some(name) =
        names.get(at..).and_then(|rest| std::ffi::CStr::from_bytes_until_nul(rest).ok())
    {
        at += name.count_bytes() + 1;
        // What is not in Rust may have any bytes.
        let Ok(name) = name.to_str() else { continue };
        let mut found = name.match_indices(krate);
        let is_it = |(from, _): (usize, &str)| {
            let (before, after) = (&name[..from], &name[from + krate.len()..]);
            let Some(root) = before.strip_suffix(length.as_str()) else {
                let is_start =
                    !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
                return is_start && after.starts_with("..");
            };
            // Apple puts another underscore before each name.
            let is_new_scheme = root.ends_with('_') && root.contains("Cs");
            root == "_ZN" || root == "__ZN" || is_new_scheme
        };
        if found.any(is_it) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn a_library_is_known_by_its_names() {
        let is_of = |name: &str| is_named(format!("x\0{name}\0y\0").as_bytes(), "a_lib");
        for name in [
            "_ZN5a_lib3run17h0123456789abcdefE",
            "__ZN5a_lib3run17h0123456789abcdefE",
            "_ZN4core3ptr36drop_in_place$LT$a_lib..Head$GT$17h0123456789abcdefE",
            "_ZN52_$LT$T$u20$as$u20$a_lib..Run$GT$3run17h0123456789abcdefE",
            "_RNvNtCs1a2B3c_5a_lib3gen3run",
            "_RINvNtCs9zZ_4core3ptr13drop_in_placeNtNtCs1a2B3c_5a_lib3gen4HeadECs7_4mine",
        ] {
            assert!(is_of(name), "{name}");
        }
        for name in [
            "_ZN4mine5a_lib3run17h0123456789abcdefE",
            "_RNvNtCs1a2B3c_4mine5a_lib3run",
            "_ZN10a_lib_more3run17h0123456789abcdefE",
            "_ZN4core3ptr36drop_in_place$LT$mine..a_lib..Head$GT$17h0123456789abcdefE",
            "a_lib",
        ] {
            assert!(!is_of(name), "{name}");
        }
        assert!(is_named(b"\xFF\0_ZN5a_lib3run17h0E\0", "a_lib"), "some names are no text");
    }
}
