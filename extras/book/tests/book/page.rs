//! A page: its prose and its fences, line by line.

use std::ops::Range;

/// A page of the book.
#[derive(Debug)]
pub struct Page {
    /// From the root.
    pub path: String,
    pub text: String,
    pub fences: Vec<Fence>,
}

/// A fenced block: what stands between two lines of backticks.
#[derive(Debug)]
pub struct Fence {
    /// The line that opens it, from 1.
    pub line: usize,
    /// What stands behind its backticks.
    pub info: String,
    /// The blanks before its backticks, which its lines have too.
    pub indent: String,
    /// What is in it, without the indent.
    pub lines: Vec<String>,
    /// Whether it is closed.
    pub closed: bool,
}

impl Fence {
    /// The first word of the info: what highlighting goes by.
    pub fn language(&self) -> &str {
        self.info.split(',').next().unwrap_or_default().trim()
    }

    /// The lines of the page that it takes, with those that open and close it.
    fn span(&self) -> Range<usize> {
        self.line..self.line + self.lines.len() + 2
    }
}

/// A heading: its line, its level from 1 to 6, its text.
pub type Heading<'p> = (usize, usize, &'p str);

impl Page {
    pub fn new(path: &str, text: &str) -> Page {
        Page { path: path.to_owned(), text: text.to_owned(), fences: fences(text) }
    }

    /// The lines outside of fences, numbered from 1.
    pub fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(line, _)| !self.fences.iter().any(|fence| fence.span().contains(line)))
    }

    /// The same, with blanks in place of what stands in backticks.
    pub fn words(&self) -> impl Iterator<Item = (usize, String)> {
        self.prose().map(|(line, text)| (line, without_code(text)))
    }

    pub fn headings(&self) -> impl Iterator<Item = Heading<'_>> {
        self.prose().filter_map(|(line, text)| {
            let level = text.bytes().take_while(|byte| *byte == b'#').count();
            let title = text[level..].strip_prefix(' ')?;
            (1..=6).contains(&level).then_some((line, level, title.trim()))
        })
    }

    /// The names that a link can point to: those that mdBook gives to headings, and our own.
    pub fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for (_, _, title) in self.headings() {
            let name = name_of_heading(title);
            let twins = anchors.iter().filter(|known| **known == name).count();
            anchors.push(if twins == 0 { name } else { format!("{name}-{twins}") });
        }
        let tags = crate::markup::tags(&self.text);
        anchors.extend(tags.iter().filter_map(|tag| tag.value("id")).map(str::to_owned));
        anchors
    }
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<(String, Fence)> = None;
    for (at, line) in text.lines().enumerate() {
        let content = line.trim_start();
        let marks = content.len() - content.trim_start_matches('`').len();
        match &mut open {
            None if marks >= 3 => {
                let (marks, info) = content.split_at(marks);
                let indent = line[..line.len() - content.len()].to_owned();
                let info = info.trim().to_owned();
                let fence = Fence { line: at + 1, info, indent, lines: Vec::new(), closed: false };
                open = Some((marks.to_owned(), fence));
            }
            None => {}
            Some((marks, _)) if content.trim_end() == *marks => {
                let (_, fence) = open.take().expect("it was matched a line above");
                found.push(Fence { closed: true, ..fence });
            }
            Some((_, fence)) => {
                let line = line.strip_prefix(&fence.indent).unwrap_or(content);
                fence.lines.push(line.to_owned());
            }
        }
    }
    found.extend(open.map(|(_, fence)| fence));
    found
}

/// As mdBook does it: letters and digits in lower case, blanks as hyphens, nothing else.
fn name_of_heading(title: &str) -> String {
    let kept = title.chars().filter_map(|character| match character {
        letter if letter.is_alphanumeric() || "_-".contains(letter) => Some(letter),
        blank if blank.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

fn without_code(line: &str) -> String {
    let parts = line.split('`').enumerate();
    let parts =
        parts.map(|(at, part)| if at % 2 == 0 { part.into() } else { " ".repeat(part.len()) });
    parts.collect::<Vec<String>>().join(" ")
}

/// What stands in backticks in a line.
pub fn code_in(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_told_from_prose() {
        let page = Page::new(
            "a.md",
            "# A\n```console,server\n$ x\n# no\n```\n- b\n  ```text\n  y\n  ```\n",
        );
        let infos: Vec<&str> = page.fences.iter().map(|fence| fence.info.as_str()).collect();
        assert_eq!(infos, ["console,server", "text"]);
        assert_eq!(page.fences[0].lines, ["$ x", "# no"]);
        assert_eq!(page.fences[1].lines, ["y"]);
        assert_eq!(page.prose().map(|(line, _)| line).collect::<Vec<_>>(), [1, 6]);
        assert!(page.fences.iter().all(|fence| fence.closed));
        assert!(!Page::new("a.md", "```text\n").fences[0].closed);
    }

    #[test]
    fn headings_have_the_names_that_mdbook_gives_them() {
        let page = Page::new("a.md", "# What `accept` does, and why\n## Run it\n## Run it\n");
        assert_eq!(page.anchors(), ["what-accept-does-and-why", "run-it", "run-it-1"]);
    }

    #[test]
    fn code_is_no_prose() {
        assert_eq!(without_code("a `b [c]` d"), "a         d");
        assert_eq!(code_in("a `b` c `d`").collect::<Vec<_>>(), ["b", "d"]);
    }
}
