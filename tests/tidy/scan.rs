//! Tells code from comments and strings, well enough for a search.
//!
//! This is no parser: it knows how strings, characters and comments of Rust begin and end, and
//! nothing else. `rustc` has made sure that the rest is Rust.

/// Stands for every character inside a string or a character: it is code, and no word of it.
pub const IN_STRING: char = '"';

/// A file's code and its comments, each with the lines of the file. In the code, comments are
/// blank and strings are filled with [`IN_STRING`]; in the comments, everything else is blank.
pub fn code_and_comments(text: &str) -> (String, String) {
    let characters: Vec<char> = text.chars().collect();
    let (mut code, mut comments) = (String::new(), String::new());
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        let before = at.checked_sub(1).map(|before| characters[before]);
        let (kind, length) = token(rest, before);
        for &character in &rest[..length] {
            let keep = |mine: bool, filler| if mine { character } else { filler };
            let filler = if kind == Kind::Text { IN_STRING } else { ' ' };
            let is_line_end = character == '\n';
            code.push(keep(is_line_end || kind == Kind::Code, filler));
            comments.push(keep(is_line_end || kind == Kind::Comment, ' '));
        }
        at += length;
    }
    (code, comments)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// What begins here, and how long it is.
fn token(rest: &[char], before: Option<char>) -> (Kind, usize) {
    match rest {
        ['/', '/', ..] => (Kind::Comment, until(rest, &['\n'])),
        ['/', '*', ..] => (Kind::Comment, block_comment(rest)),
        ['"', ..] => (Kind::Text, string(rest, '"')),
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => (Kind::Text, string(rest, '\'')),
        ['r', ..] if !before.is_some_and(is_in_name) || before == Some('b') => raw_string(rest),
        _ => (Kind::Code, 1),
    }
}

fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// How far it is to `wanted`, or to the end.
fn until(rest: &[char], wanted: &[char]) -> usize {
    rest.windows(wanted.len()).position(|window| window == wanted).unwrap_or(rest.len())
}

/// Comments in comments count.
fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let step = match rest[at..] {
            ['/', '*', ..] => {
                depth += 1;
                2
            }
            ['*', '/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

/// The length of a string or a character with its quotes.
fn string(rest: &[char], quote: char) -> usize {
    let mut escaped = false;
    for (at, &character) in rest.iter().enumerate().skip(1) {
        if character == quote && !escaped {
            return at + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    rest.len()
}

/// `r"…"` or `r#"…"#`; an `r` before anything else is the letter.
fn raw_string(rest: &[char]) -> (Kind, usize) {
    let hashes = rest[1..].iter().take_while(|&&character| character == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return (Kind::Code, 1);
    }
    let from = 2 + hashes;
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let length = from + until(&rest[from..], &end) + end.len();
    (Kind::Text, length.min(rest.len()))
}

#[test]
fn strings_and_comments_are_no_code() {
    // In what is expected, a filled character is a tilde, so that a person can count.
    let code = |text: &str| code_and_comments(text).0.replace(IN_STRING, "~");
    assert_eq!(code("a // b\nc"), "a     \nc");
    assert_eq!(code("a /* b /* c */ d */ e"), "a                   e");
    assert_eq!(code(r#"f("x // y", '"', '\'') // "z"#), "f(~~~~~~~~, ~~~, ~~~~)      ");
    assert_eq!(code("r#\"a \" b\"# c"), "~~~~~~~~~~ c");
    assert_eq!(code("br\"\\\" x"), "b~~~~ x");
    assert_eq!(code("\"a\n\\\"b\" c"), "~~\n~~~~ c");
    assert_eq!(code("fn f<'a>(r: &'a str)"), "fn f<'a>(r: &'a str)");
    assert_eq!(code_and_comments("a // b\nc").1, "  // b\n ");
}
