//! The files that the book is made of, and those that it shows: read once, named from the root.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::page::Page;

/// Where mdBook looks for pages.
pub const SRC: &str = "book/src/";
/// The list of all pages.
pub const SUMMARY: &str = "book/src/SUMMARY.md";

/// Built, fetched, or a learner's own.
const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", "book/out"];

/// Files by their paths from the root. What is no text has none.
#[derive(Debug)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// Those of the repository.
    pub fn all() -> &'static Files {
        static ALL: LazyLock<Files> = LazyLock::new(|| {
            let mut files = BTreeMap::new();
            collect(&root(), Path::new(""), &mut files);
            Files(files)
        });
        assert!(ALL.text(SUMMARY).is_some(), "{SUMMARY} was not found: is this the repository?");
        &ALL
    }

    /// A small world for the test of a rule.
    pub fn of(files: &[(&str, &str)]) -> Files {
        Files(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether there is such a file, or a folder with files in it.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.0.keys().any(|file| file == path || file.starts_with(&folder))
    }

    /// Paths and texts of the files below `folder` that end like this.
    pub fn below<'f>(
        &'f self,
        folder: &'f str,
        end: &'f str,
    ) -> impl Iterator<Item = (&'f str, &'f str)> {
        let files = self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| path.starts_with(folder) && path.ends_with(end))
    }

    /// The pages of the book, without its summary.
    pub fn pages(&self) -> Vec<Page> {
        let pages = self.below(SRC, ".md").filter(|(path, _)| *path != SUMMARY);
        pages.map(|(path, text)| Page::new(path, text)).collect()
    }
}

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this package is two folders below the repository's").to_owned()
}

/// What a path that stands in `file` means, from the root.
pub fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        let Some(name) = path.to_str() else { continue };
        let is_ours = !name.contains("-mine") && !NOT_OURS.iter().any(|not| path.ends_with(not));
        match entry.file_type() {
            Ok(kind) if !is_ours || kind.is_symlink() => {}
            Ok(kind) if kind.is_dir() => collect(root, &path, files),
            _ => {
                let text = fs::read_to_string(root.join(&path)).unwrap_or_default();
                files.insert(name.to_owned(), text);
            }
        }
    }
}

#[test]
fn a_path_is_followed_from_the_file_it_stands_in() {
    assert_eq!(beside("book/src/a/b.md", "../c.md"), "book/src/c.md");
    assert_eq!(beside("book/src/a/b.md", "../../../stage1/x.rs"), "stage1/x.rs");
    assert_eq!(beside("book/src/b.md", "./a/b.svg"), "book/src/a/b.svg");
}
