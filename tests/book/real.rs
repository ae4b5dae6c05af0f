//! The pages on real servers: each function that they name is in its file, as far as the sources are
//! on this machine. Python has its library with it, and cargo keeps the crates that it has fetched.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::files::{Files, root};
use crate::finding::Finding;

const PAGES: &str = "book/src/real/";
const LOCK: &str = "Cargo.lock";
/// A link into a repository: owner, name, `blob`, tag, path.
const HOST: &str = "https://github.com/";
const DEFINES: [&str; 6] = ["class ", "def ", "enum ", "fn ", "struct ", "trait "];

/// A file of a real server, and what a page says is in it.
#[derive(Debug, PartialEq)]
struct Named<'p> {
    repository: &'p str,
    version: &'p str,
    path: &'p str,
    functions: Vec<&'p str>,
}

/// Every file and function is there, in the version that the link leads to.
pub fn is_true(files: &Files) -> Vec<Finding> {
    check(files, &mut Sources::default())
}

fn check(files: &Files, sources: &mut Sources) -> Vec<Finding> {
    let lock = files.text(LOCK).unwrap_or_default();
    let mut found = Vec::new();
    for (page, text) in files.below(PAGES, ".md") {
        for (at, line) in text.lines().enumerate() {
            for named in named(line) {
                let wrong =
                    named.map_or_else(|wrong| vec![wrong], |named| faults(&named, lock, sources));
                let remedy = "look where it is now, and name that, with its version";
                found.extend(
                    wrong.into_iter().map(|wrong| Finding::new(page, at + 1, wrong, remedy)),
                );
            }
        }
    }
    found
}

/// In a line of a page: [`FILE`](LINK): `FUNCTION`, `FUNCTION` and so on, up to the next cell or file.
fn named(line: &str) -> Vec<Result<Named<'_>, String>> {
    let links = line.split("[`").skip(1).filter(|rest| rest.contains(HOST));
    links.map(|rest| one(rest).ok_or_else(|| format!("what does this name? {rest}"))).collect()
}

fn one(rest: &str) -> Option<Named<'_>> {
    let (file, rest) = rest.split_once("`](")?;
    let (link, rest) = rest.split_once(')')?;
    let mut parts = link.strip_prefix(HOST)?.splitn(5, '/').skip(1);
    let (repository, _, tag, path) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let version = tag.trim_start_matches(|character: char| !character.is_ascii_digit());
    let cell = rest.split('|').next()?.strip_prefix(": ")?;
    let functions: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
    let is_whole = path.ends_with(file) && !functions.is_empty();
    is_whole.then_some(Named { repository, version, path, functions })
}

fn faults(named: &Named, lock: &str, sources: &mut Sources) -> Vec<String> {
    let Named { repository, version, path, functions } = named;
    let entry = format!("name = \"{repository}\"\nversion = \"");
    if lock.contains(&entry) && !lock.contains(&format!("{entry}{version}\"")) {
        return vec![format!("{LOCK} has another version of {repository} than {version}")];
    }
    let Some(folder) = sources.folder(repository, version) else { return Vec::new() };
    let inside = ["Lib/", &format!("{repository}/")].iter().find_map(|top| path.strip_prefix(top));
    let inside = if *repository == "gunicorn" { path } else { inside.unwrap_or(path) };
    let Ok(source) = fs::read_to_string(folder.join(inside)) else {
        return vec![format!("{repository} {version} has no file {path}")];
    };
    let lost = functions.iter().filter(|function| !is_in(&source, function));
    lost.map(|function| format!("{path} of {repository} has no {function}")).collect()
}

/// Whether `Type::function` or `Type.function` is defined in a source; the type may be so elsewhere.
fn is_in(source: &str, function: &str) -> bool {
    let mut names: Vec<&str> = function.split(['.', ':']).filter(|name| !name.is_empty()).collect();
    let last = names.pop().unwrap_or_default();
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let has = |head: &str| {
        source.match_indices(head).any(|(at, _)| !source[at + head.len()..].starts_with(is_part))
    };
    names.into_iter().all(has) && DEFINES.iter().any(|word| has(&format!("{word}{last}")))
}

/// Where the sources are, looked for once each.
#[derive(Default)]
struct Sources(BTreeMap<String, Option<PathBuf>>);

impl Sources {
    fn folder(&mut self, repository: &str, version: &str) -> Option<PathBuf> {
        let found = self.0.entry(repository.to_owned()).or_insert_with(|| {
            let found = look(repository, version);
            let may_lack = ["gunicorn", "nginx"].contains(&repository);
            let is_bound = env::var("BOOK_SKIP").is_ok_and(|skip| skip == "never");
            assert!(
                found.is_some() || may_lack || !is_bound,
                "no sources of {repository} {version}"
            );
            found
        });
        found.clone()
    }
}

fn look(repository: &str, version: &str) -> Option<PathBuf> {
    match repository {
        "nginx" => None,
        "cpython" => printed("import sysconfig; print(sysconfig.get_path('stdlib'))"),
        "gunicorn" => printed(&format!(
            "import gunicorn as g; g.__version__ == '{version}' and print(g.__path__[0] + '/..')"
        )),
        name => fetched(&format!("/{name}-{version}/Cargo.toml\"")),
    }
}

fn printed(python: &str) -> Option<PathBuf> {
    let output = Command::new("python3").args(["-c", python]).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    Some(line.trim()).filter(|line| !line.is_empty()).map(PathBuf::from)
}

/// The folder of a crate whose manifest's path ends like this.
fn fetched(end: &str) -> Option<PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["metadata", "--format-version=1", "--locked", "--offline"]).current_dir(root());
    let told = String::from_utf8(cargo.output().ok()?.stdout).ok()?;
    let path = &told[..told.find(end)? + end.len() - 1];
    let manifest = PathBuf::from(&path[path.rfind('"')? + 1..]);
    manifest.parent().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "| accept | [`src/a.rs`](https://github.com/o/some/blob/v1.2.0/src/a.rs): \
                       `Taker::take`, `give` | `no` |";
    const SOURCE: &str = "impl Taker {\n    pub fn take<'a>(\n}\nasync fn give()\n";

    /// What is found on a page with this line, where the crate's folder is known or not.
    fn finds(row: &str, folder: Option<PathBuf>) -> usize {
        let lock = "name = \"some\"\nversion = \"1.2.0\"\n";
        let files = Files::of(&[("book/src/real/a.md", row), (LOCK, lock)]);
        let mut sources = Sources(BTreeMap::from([("some".to_owned(), folder)]));
        check(&files, &mut sources).len()
    }

    #[test]
    fn a_function_that_is_gone_is_found() {
        assert!(is_in(SOURCE, "Taker::take") && is_in(SOURCE, "give"));
        for wrong in ["Giver::take", "Taker::tak", "taken", "Taker", ""] {
            assert!(!is_in(SOURCE, wrong), "{wrong}");
        }
        assert_eq!(finds(ROW, None), 0);
        assert_eq!(finds(ROW, Some(PathBuf::from("/nowhere"))), 1);
        assert_eq!(finds(&ROW.replace("v1.2.0", "v1.3.0"), None), 1);
        assert_eq!(finds(&ROW.replace("`src/a.rs`", "`src/b.rs`"), None), 1);
        assert_eq!(finds(&ROW.replace("`Taker::take`, `give`", "it takes"), None), 1);
    }

    #[test]
    fn a_line_names_files_and_functions() {
        let named = named(ROW);
        let functions = vec!["Taker::take", "give"];
        let wanted = Named { repository: "some", version: "1.2.0", path: "src/a.rs", functions };
        assert_eq!(named, [Ok(wanted)]);
    }
}
