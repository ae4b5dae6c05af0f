//! One line of a page beside one line that came: are they the same, but for what always differs?

use crate::shape;

/// On the page, what stands for something that is left out; a line of its own stands for lines.
pub const LEFT_OUT: &str = "…";

/// The numbers that stand for processes on a page.
pub const PIDS: std::ops::RangeInclusive<u32> = 4200..=4299;
/// The numbers that stand for the ports that the kernel gave to clients.
pub const CLIENTS: std::ops::RangeInclusive<u32> = 54300..=54399;

/// A number that each run has another one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Pid,
    Client,
}

/// A number on the page, and the one that came in its place.
pub type Pair = (Kind, u32, u32);

#[derive(Debug)]
enum Part<'p> {
    Text(&'p str),
    LeftOut,
    Number(Kind, u32),
    Shape(usize, &'p str),
    /// Columns are as wide as what stands in them, pids above all.
    Blanks,
}

/// The numbers that stand for one another if the two lines are the same; `None` if they are not.
pub fn compare(page: &str, came: &str) -> Option<Vec<Pair>> {
    let mut pairs = Vec::new();
    follow(&parts(page), came, &mut pairs).then_some(pairs)
}

fn follow(parts: &[Part], came: &str, pairs: &mut Vec<Pair>) -> bool {
    let Some((part, others)) = parts.split_first() else { return came.is_empty() };
    match part {
        Part::Text(text) => came.strip_prefix(text).is_some_and(|rest| follow(others, rest, pairs)),
        Part::Blanks => follow(others, came.trim_start_matches(' '), pairs),
        Part::Shape(which, page) => match shape::at_start(came) {
            Some((found, length)) if found == *which => {
                let (came, rest) = came.split_at(length);
                shape::is_same(*which, page, came) && follow(others, rest, pairs)
            }
            _ => false,
        },
        Part::Number(kind, page) => {
            let rest = came.trim_start_matches(|digit: char| digit.is_ascii_digit());
            let Ok(number) = came[..came.len() - rest.len()].parse() else { return false };
            pairs.push((*kind, *page, number));
            follow(others, rest, pairs)
        }
        Part::LeftOut => {
            let known = pairs.len();
            let ends = came.char_indices().map(|(at, _)| at).chain([came.len()]);
            ends.into_iter().any(|at| {
                pairs.truncate(known);
                follow(others, &came[at..], pairs)
            })
        }
    }
}

fn parts(page: &str) -> Vec<Part<'_>> {
    let has_pid = numbers(page).any(|(_, number)| kind(number) == Some(Kind::Pid));
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < page.len() {
        let rest = &page[at..];
        let special = special(page, at, has_pid);
        let step = rest.chars().next().map_or(1, char::len_utf8);
        let Some((part, length)) = special else {
            at += step;
            continue;
        };
        if from < at {
            parts.push(Part::Text(&page[from..at]));
        }
        parts.push(part);
        at += length;
        from = at;
    }
    if from < page.len() {
        parts.push(Part::Text(&page[from..]));
    }
    parts
}

/// What begins at this place that is more than text, and its length.
fn special(page: &str, at: usize, has_pid: bool) -> Option<(Part<'_>, usize)> {
    let rest = &page[at..];
    if rest.starts_with(LEFT_OUT) {
        return Some((Part::LeftOut, LEFT_OUT.len()));
    }
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    if blanks > 0 {
        let is_free = has_pid || at > 0 && blanks > 1;
        return is_free.then_some((Part::Blanks, blanks));
    }
    if page[..at].ends_with(|character: char| character.is_ascii_alphanumeric()) {
        return None;
    }
    if let Some((which, length)) = shape::at_start(rest) {
        return Some((Part::Shape(which, &rest[..length]), length));
    }
    let (start, number) = numbers(rest).next()?;
    let kind = kind(number).filter(|_| start == 0)?;
    Some((Part::Number(kind, number), number.to_string().len()))
}

pub fn kind(number: u32) -> Option<Kind> {
    match number {
        pid if PIDS.contains(&pid) => Some(Kind::Pid),
        port if CLIENTS.contains(&port) => Some(Kind::Client),
        _ => None,
    }
}

/// The numbers in a text that are no part of a word: where they begin, and what they are.
pub fn numbers(text: &str) -> impl Iterator<Item = (usize, u32)> {
    let is_part = |character: char| character.is_ascii_alphanumeric();
    text.split(move |character| !is_part(character)).filter_map(|word| {
        let number =
            word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok())??;
        Some((word.as_ptr().addr() - text.as_ptr().addr(), number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_always_differs_may_differ() {
        let date = "Date: Tue, 01 Dec 2026 12:00:00 GMT";
        assert!(compare(date, "Date: Mon, 06 Nov 1994 08:49:37 GMT").is_some());
        assert!(compare("a … c", "a b b c").is_some());
        assert!(compare("a  b", "a     b").is_some());
        assert_eq!(
            compare("  4242 ?  stage4-fork", "1234567 ? stage4-fork"),
            Some(vec![(Kind::Pid, 4242, 1_234_567)])
        );
        assert_eq!(
            compare("from 127.0.0.1:54321", "from 127.0.0.1:40000"),
            Some(vec![(Kind::Client, 54321, 40000)])
        );
    }

    #[test]
    fn everything_else_must_be_the_same() {
        for (page, came) in [
            ("hello", "hello!"),
            ("Date: today", "Date: Mon, 06 Nov 1994 08:49:37 GMT"),
            ("Date: Tue, 01 Dec 2026 12:00:00 GMT", "Date: today"),
            ("a … c", "a b d"),
            ("a b", "a  b"),
            ("  a", " a"),
            ("pid 4242", "pid x"),
            ("x4242", "x1"),
            ("length 42", "length 43"),
        ] {
            assert_eq!(compare(page, came), None, "{page:?} {came:?}");
        }
    }

    #[test]
    fn numbers_are_no_parts_of_words() {
        let found: Vec<_> = numbers("8888 a8888 pid=4242/x 127.0.0.1:54321").collect();
        let numbers: Vec<u32> = found.iter().map(|(_, number)| *number).collect();
        assert_eq!(numbers, [8888, 4242, 127, 0, 0, 1, 54321]);
        assert_eq!(found[1].0, 15);
    }
}
