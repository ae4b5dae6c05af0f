//! Takes out of the manifests and of the checks what names a file that is missing in an exam.

use std::fs;
use std::path::{Path, PathBuf};

use crate::marking::said;

/// What stands for a program that is missing.
const MISSING: &str = "\"not part of an exam\"";

/// Changes the files in `folder`, of which `files` is the list.
pub fn mend(folder: &Path, files: &[PathBuf]) -> Result<(), String> {
    let mut programs = Vec::new();
    for path in files.iter().filter(|path| path.ends_with("Cargo.toml")) {
        change(&folder.join(path), |text| {
            let base = folder.join(path).with_file_name("");
            let text = manifest(text, |path| base.join(path).exists());
            let targets = text.split("[[bin]]\n").skip(1);
            let first_line = |target: &str| quoted_after(target, "name = ");
            programs.extend(targets.filter_map(first_line));
            text
        })?;
    }
    let is_there = |name: &str| programs.iter().any(|program| program == name);
    let is_check = |path: &&PathBuf| {
        path.starts_with("tests") && path.extension().is_some_and(|extension| extension == "rs")
    };
    for path in files.iter().filter(is_check) {
        change(&folder.join(path), |text| without_programs(text, is_there))?;
    }
    Ok(())
}

fn change(file: &Path, change: impl FnOnce(&str) -> String) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| said(file, &error))?;
    let changed = change(&text);
    if changed == text {
        return Ok(());
    }
    fs::write(file, changed).map_err(|error| said(file, &error))
}

/// Without targets, members and dependencies whose file is missing.
fn manifest(text: &str, exists: impl Fn(&str) -> bool) -> String {
    let mut sections: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        // A comment belongs to what comes after it.
        let last = sections.last_mut().expect("there is one from the beginning");
        if line.starts_with('[') {
            let comments = last.iter().rev().take_while(|line| line.starts_with('#')).count();
            let section = last.split_off(last.len() - comments);
            sections.push(section);
        }
        sections.last_mut().expect("there is one").push(line);
    }
    let stays = |section: &&Vec<&str>| {
        let is = |header: &str| section.contains(&header);
        let path = section.iter().find_map(|line| quoted_after(line, "path = "));
        let is_target = is("[lib]") || is("[[bin]]") || is("[[test]]");
        !is_target || exists(path.as_deref().unwrap_or("src/lib.rs"))
    };
    let kept: Vec<&str> = sections.iter().filter(stays).flatten().copied().collect();
    let names: Vec<String> = kept.iter().filter_map(|line| quoted_after(line, "name = ")).collect();
    let is_default = |line: &&str| quoted_after(line, "default-run = ");
    let is_missing = |line: &str| {
        let inner = line.split_once("{ path = ").map_or(line, |(_, inner)| inner);
        let path = inner.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let others = ["bench", "doors", "extras", "fuzz"];
        let is_ours = |path: &str| {
            path.starts_with("stage") || others.contains(&path.split('/').next().unwrap_or(path))
        };
        path.is_some_and(|(path, _)| is_ours(path) && !exists(path))
    };
    let lines = kept.iter().filter(|line| match is_default(line) {
        Some(program) => names.iter().filter(|name| **name == program).count() > 1,
        None => !is_missing(line),
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Checks name programs by variables that cargo sets for those that exist.
fn without_programs(text: &str, is_there: impl Fn(&str) -> bool) -> String {
    const VARIABLE: &str = "env!(\"CARGO_BIN_EXE_";
    let mut changed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(VARIABLE) {
        let (before, from) = rest.split_at(at);
        let behind = &from[VARIABLE.len()..];
        let Some((name, after)) = behind.split_once("\")") else { break };
        // option_env! is for programs that need not be there.
        let is_kept = before.ends_with("option_") || is_there(name);
        let length = from.len() - after.len();
        changed += before;
        changed += if is_kept { &from[..length] } else { MISSING };
        rest = after;
    }
    changed + rest
}

/// `x` in `key"x"…`.
fn quoted_after(line: &str, key: &str) -> Option<String> {
    let (value, _) = line.strip_prefix(key)?.strip_prefix('"')?.split_once('"')?;
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_missing_file_goes() {
        let text = "[package]\nname = \"a\"\ndefault-run = \"a\"\n\n[lib]\ndoctest = false\n\n\
                    # The program.\n[[bin]]\nname = \"a\"\npath = \"src/main.rs\"\n\n[[bin]]\n\
                    name = \"b\"\npath = \"b.rs\"\n";
        let left = manifest(text, |path| path == "b.rs");
        assert_eq!(left, "[package]\nname = \"a\"\n\n[[bin]]\nname = \"b\"\npath = \"b.rs\"\n");
        let all = manifest(text, |_| true);
        assert_eq!(all, text);
        let text = "members = [\n    \"stage1-a\",\n    \"stage2-b\",\n    \"tests\",\n    \"doors\",\n]\n\
                    stage2-b = { path = \"stage2-b\" }\n";
        let left = manifest(text, |path| path == "stage1-a");
        assert_eq!(left, "members = [\n    \"stage1-a\",\n    \"tests\",\n]\n");
    }

    #[test]
    fn a_missing_program_is_not_asked_for() {
        let text = "env!(\"CARGO_BIN_EXE_a\"), option_env!(\"CARGO_BIN_EXE_m\"), \
                    env!(\"CARGO_BIN_EXE_b\")";
        let left = without_programs(text, |name| name == "a");
        assert_eq!(left, text.replace("env!(\"CARGO_BIN_EXE_b\")", MISSING));
    }
}
