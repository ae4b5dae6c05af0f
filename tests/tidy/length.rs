//! Rules about the length of files and functions.

use crate::finding::Finding;
use crate::items::functions;
use crate::source::Source;

/// A file is read in one sitting: 150 lines, and 200 is long.
const FILE: usize = 200;
/// A function is read at a glance: 5 to 25 lines, and 40 is long.
const FUNCTION: usize = 40;

/// Files that may be longer, how long, and why.
const LONGER: &[(&str, usize, &str)] = &[
    (
        "stage3-gateway/starter.rs",
        375,
        "a learner copies one file: with the interface and an application to try it with",
    ),
    ("tests/broken/", 600, "a starter, filled in, and everything that can be wrong with it"),
];

/// No file of Rust is longer than [`FILE`] lines.
pub fn of_files(all: &[Source]) -> Vec<Finding> {
    let long = all.iter().filter(|source| source.is_rust()).filter_map(|source| {
        let lines = source.text.lines().count();
        let wrong = format!("{lines} lines; {} are long", limit(&source.path));
        let remedy = "one noun, one file: move one of its nouns out";
        (lines > limit(&source.path)).then(|| Finding::at(source, lines, wrong, remedy))
    });
    long.collect()
}

fn limit(path: &str) -> usize {
    let longer = LONGER.iter().find(|(longer, ..)| path.starts_with(longer));
    longer.map_or(FILE, |&(_, limit, _)| limit)
}

/// No function is longer than [`FUNCTION`] lines.
pub fn of_functions(all: &[Source]) -> Vec<Finding> {
    let functions = all.iter().flat_map(|source| {
        functions(&source.code).into_iter().map(move |function| (source, function))
    });
    let long = functions.filter(|(source, function)| {
        // Switches make the functions of a broken server longer.
        !source.path.starts_with("tests/broken/") && function.lines > FUNCTION
    });
    let long = long.map(|(source, function)| {
        let wrong =
            format!("{} takes {} lines; {FUNCTION} are long", function.name, function.lines);
        Finding::at(source, function.line, wrong, "give its steps names of their own")
    });
    long.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    #[test]
    fn a_long_file_is_found() {
        let lines = |count| "//! x\n".repeat(count);
        let files = [("a.rs", lines(FILE)), ("b.rs", lines(FILE + 1)), ("c.md", lines(FILE + 1))];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        assert_eq!(places(of_files, &files), ["b.rs:201"]);
    }

    #[test]
    fn a_long_function_is_found() {
        let function =
            |lines: usize| format!("\nfn f() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
        let files = [("a.rs", function(FUNCTION)), ("b.rs", function(FUNCTION + 1))];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        assert_eq!(places(of_functions, &files), ["b.rs:2"]);
    }

    #[test]
    fn every_exception_is_needed() {
        for (path, limit, reason) in LONGER {
            let sources = crate::tree::all().iter().filter(|source| source.path.starts_with(path));
            let lines = sources.map(|source| source.text.lines().count()).max().unwrap_or(0);
            assert!(lines > FILE && lines <= *limit, "{path} has {lines} lines; {reason}");
        }
    }
}
