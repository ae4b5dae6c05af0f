//! One file, line by line.

use std::ops::Range;

use crate::items::test_only;
use crate::scan::code_and_comments;

/// A text file of the repository.
#[derive(Debug)]
pub struct Source {
    /// From the root, with slashes.
    pub path: String,
    pub text: String,
    /// For Rust: the text without comments, strings filled.
    pub code: String,
    /// For Rust: the comments, everything else blank. For others: the text.
    pub comments: String,
    /// The lines that only unit tests have.
    test_lines: Vec<Range<usize>>,
    /// The modules in other files that only unit tests have.
    pub test_modules: Vec<String>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        let is_rust = path.ends_with(".rs");
        let (code, comments) =
            if is_rust { code_and_comments(text) } else { (String::new(), text.to_owned()) };
        let (test_lines, test_modules) = test_only(&code);
        let (path, text) = (path.to_owned(), text.to_owned());
        Source { path, text, code, comments, test_lines, test_modules }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The file's name without its folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The file's folders, with the last slash.
    pub fn folder(&self) -> &str {
        &self.path[..self.path.len() - self.name().len()]
    }

    /// The folder in which the file's modules are: `a/` for `a/mod.rs`, `a/b/` for `a/b.rs`.
    pub fn modules_folder(&self) -> String {
        match self.name() {
            "lib.rs" | "main.rs" | "mod.rs" => self.folder().to_owned(),
            name => format!("{}{}/", self.folder(), name.trim_end_matches(".rs")),
        }
    }

    /// The folder of the stage that it belongs to the source of.
    pub fn stage(&self) -> Option<&str> {
        let (stage, rest) = self.path.split_once('/')?;
        (stage.starts_with("stage") && rest.starts_with("src/") && self.is_rust()).then_some(stage)
    }

    /// The comment that the file opens with, without its marks.
    pub fn head(&self) -> Vec<&str> {
        let lines = self.text.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
    }

    /// Whether this line, from 1, is for unit tests only.
    pub fn is_test_line(&self, line: usize) -> bool {
        self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// The lines of code, numbered from 1, that are not for unit tests only.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = numbered(&self.code).filter(|(_, code)| !code.trim().is_empty());
        lines.filter(|&(line, _)| !self.is_test_line(line))
    }
}

/// The lines of a text, from 1.
pub fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}

/// Whether a file is there for unit tests only: it is a module that some file has for them, or
/// belongs to one.
pub fn is_test_file(all: &[Source], source: &Source) -> bool {
    all.iter().any(|parent| {
        let folder = parent.modules_folder();
        parent.test_modules.iter().any(|module| {
            let path = format!("{folder}{module}");
            source.path == format!("{path}.rs") || source.path.starts_with(&format!("{path}/"))
        })
    })
}

#[test]
fn a_module_for_tests_is_known_by_its_declaration() {
    let parent = Source::new("a/src/b.rs", "#[cfg(test)]\nmod tests;\nmod other;\n");
    let tests = Source::new("a/src/b/tests.rs", "");
    let other = Source::new("a/src/b/other.rs", "");
    let all = [parent, tests, other];
    assert!(is_test_file(&all, &all[1]));
    assert!(!is_test_file(&all, &all[2]));
}
