//! Which crates a stage may use, and where versions stand.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::source::{Source, numbered};

/// What each stage uses: the crates that it teaches, and the stages before it. Stage 5 builds on
/// stage 3 and has nothing of stage 4.
const STAGES: [(&str, &[&str]); 5] = [
    ("stage1-echo", &["nix"]),
    ("stage2-single-request", &["httpdate", "stage1-echo"]),
    (
        "stage3-gateway",
        &["httparse", "lexopt", "nix", "percent-encoding", "stage1-echo", "stage2-single-request"],
    ),
    (
        "stage4-fork",
        &["nix", "signal-hook", "stage1-echo", "stage2-single-request", "stage3-gateway"],
    ),
    ("stage5-async", &["nix", "stage1-echo", "stage2-single-request", "stage3-gateway", "tokio"]),
];

/// What the tests of a stage may use beside it.
const IN_TESTS: [&str; 2] = ["grader", "proptest"];

/// A crate in a manifest: its line, the table in which it stands, and the rest of the line.
struct Dependency<'m> {
    line: usize,
    table: &'m str,
    name: &'m str,
    rest: &'m str,
}

fn dependencies(manifest: &Source) -> Vec<Dependency<'_>> {
    let mut table = "";
    let mut found = Vec::new();
    for (line, text) in numbered(&manifest.text) {
        if let Some(name) = text.strip_prefix('[') {
            table = name.trim_end_matches(']');
        } else if table.contains("dependencies")
            && let Some((name, rest)) = text.split_once(['.', '=', ' '])
            && !name.starts_with('#')
        {
            found.push(Dependency { line, table, name, rest });
        }
    }
    found
}

/// Each stage uses the crates that it teaches and no others.
pub fn crates_of_stages(all: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (stage, crates) in STAGES {
        let Some(manifest) = all.iter().find(|file| file.path == format!("{stage}/Cargo.toml"))
        else {
            continue;
        };
        let mut lacking: BTreeSet<&str> = crates.iter().copied().collect();
        for Dependency { line, table, name, .. } in dependencies(manifest) {
            let is_right = match table {
                "dependencies" => lacking.remove(name),
                "dev-dependencies" => IN_TESTS.contains(&name),
                _ => false,
            };
            if !is_right {
                let wrong = format!("{stage} has {name} in its {table}");
                let remedy = "a crate belongs into the stage that teaches it";
                found.push(Finding::at(manifest, line, wrong, remedy));
            }
        }
        let lacks =
            |name| Finding::at(manifest, 1, format!("{stage} lacks {name}"), "correct the list");
        found.extend(lacking.into_iter().map(lacks));
    }
    found
}

/// The versions of crates, and their paths, stand in the workspace's manifest only.
pub fn versions(all: &[Source]) -> Vec<Finding> {
    let members = all.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let crates =
        members.flat_map(|file| dependencies(file).into_iter().map(move |one| (file, one)));
    let own = crates.filter(|(_, one)| {
        let rest: String = one.rest.split_whitespace().collect();
        !rest.contains("workspace=true") || rest.contains("version=") || rest.contains("path=")
    });
    let remedy = "put it into [workspace.dependencies] and write NAME.workspace = true";
    own.map(|(file, one)| {
        Finding::at(
            file,
            one.line,
            format!("{} does not come from the workspace", one.name),
            remedy,
        )
    })
    .collect()
}

/// What npm has locked, it has locked by name, version and checksum: where it was fetched from is
/// the business of the machine that fetched it.
pub fn npm_lock(all: &[Source]) -> Vec<Finding> {
    let locks = all.iter().filter(|file| file.name() == "package-lock.json");
    let lines =
        locks.flat_map(|file| numbered(&file.text).map(move |(line, text)| (file, line, text)));
    let named = lines.filter(|(_, _, text)| text.contains("\"resolved\"") || text.contains("://"));
    let remedy = "run npm install with the .npmrc beside it";
    named
        .map(|(file, line, _)| Finding::at(file, line, "the address of a registry", remedy))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    #[test]
    fn a_crate_that_a_stage_does_not_teach_is_found() {
        let manifest =
            |lines: &str| format!("[dependencies]\n{lines}\n[dev-dependencies]\ngrader.x\n");
        let found =
            |lines: &str| places(crates_of_stages, &[("stage1-echo/Cargo.toml", &manifest(lines))]);
        assert!(found("nix = { workspace = true }").is_empty());
        assert_eq!(
            found("nix.workspace = true\ntokio.workspace = true"),
            ["stage1-echo/Cargo.toml:3"]
        );
        assert_eq!(found("# nix.workspace = true"), ["stage1-echo/Cargo.toml:1"]);
        let misplaced = "[dev-dependencies]\nnix.workspace = true\n";
        let found = places(crates_of_stages, &[("stage1-echo/Cargo.toml", misplaced)]);
        assert_eq!(found, ["stage1-echo/Cargo.toml:2", "stage1-echo/Cargo.toml:1"]);
    }

    #[test]
    fn a_version_in_a_member_is_found() {
        for wrong in ["x = \"1\"", "x = { version = \"1\" }", "x.path = \"../x\""] {
            let manifest = format!("[dependencies]\n{wrong}\n");
            assert_eq!(
                places(versions, &[("a/Cargo.toml", &manifest)]),
                ["a/Cargo.toml:2"],
                "{wrong}"
            );
            assert!(places(versions, &[("Cargo.toml", &manifest)]).is_empty());
        }
        let right = "[dev-dependencies]\nx.workspace = true\ny = { workspace = true }\n";
        assert!(places(versions, &[("a/Cargo.toml", right)]).is_empty());
    }

    #[test]
    fn an_address_in_a_lock_is_found() {
        let lock = "{\n  \"resolved\": \"https://registry/x.tgz\"\n}\n";
        assert_eq!(places(npm_lock, &[("a/package-lock.json", lock)]), ["a/package-lock.json:2"]);
    }
}
