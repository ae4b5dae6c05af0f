//! Rules about characters and lines.

use crate::finding::Finding;
use crate::source::{Source, numbered};

/// rustfmt breaks code at 100; a string or a comment may be a little longer.
const WIDTH: usize = 110;

/// No tabs, no white space at the end of a line, a line end at the end of the file, nothing that
/// can't be seen.
pub fn clean(all: &[Source]) -> Vec<Finding> {
    let lines = all.iter().flat_map(|source| {
        source.text.split('\n').enumerate().filter_map(|(at, line)| {
            let (wrong, remedy) = unclean(line)?;
            Some(Finding::at(source, at + 1, wrong, remedy))
        })
    });
    let ends = all.iter().filter(|source| {
        !source.text.is_empty() && (!source.text.ends_with('\n') || source.text.ends_with("\n\n"))
    });
    let ends = ends.map(|source| {
        let last = source.text.lines().count();
        Finding::at(source, last, "the end of the file is ragged", "end it with one line end")
    });
    lines.chain(ends).collect()
}

fn unclean(line: &str) -> Option<(String, &'static str)> {
    if line.contains('\t') {
        return Some(("a tab".into(), "write spaces, or \\t in a string"));
    }
    if line.ends_with(char::is_whitespace) {
        return Some(("white space at the end of the line".into(), "remove it"));
    }
    let invisible = line.chars().find(|&character| is_invisible(character))?;
    Some((format!("the character U+{:04X}", u32::from(invisible)), "escape it: nobody can see it"))
}

/// Controls, and what changes the direction or the width of a text without being seen.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// No line of Rust is wider than [`WIDTH`].
pub fn narrow(all: &[Source]) -> Vec<Finding> {
    let rust = all.iter().filter(|source| source.is_rust());
    let lines = rust.flat_map(|source| numbered(&source.text).map(move |line| (source, line)));
    let wide = lines.filter_map(|(source, (number, line))| {
        let width = line.chars().count();
        let wrong = format!("{width} characters in a line");
        (width > WIDTH).then(|| Finding::at(source, number, wrong, format!("{WIDTH} are enough")))
    });
    wide.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    #[test]
    fn an_unclean_line_is_found() {
        for wrong in ["\ta\n", "a \n", "a\r\n", "a\u{202e}b\n", "a\u{85}b\n", "a\0\n", "a"] {
            assert_eq!(places(clean, &[("x.md", wrong)]), ["x.md:1"], "{wrong:?}");
        }
        assert_eq!(places(clean, &[("x.md", "a\n\n")]), ["x.md:2"]);
        assert!(places(clean, &[("x.md", "é – ü … €\n")]).is_empty());
    }

    #[test]
    fn a_wide_line_is_found() {
        let wide = "é".repeat(WIDTH + 1) + "\n";
        assert_eq!(places(narrow, &[("x.rs", &wide)]), ["x.rs:1"]);
        assert!(places(narrow, &[("x.md", &wide), ("x.rs", &wide[2..])]).is_empty());
    }
}
