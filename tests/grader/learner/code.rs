//! A Rust text without its comments and strings, in which a word says nothing of what the code does.

/// The same lines, with blanks in place of comments, strings and characters.
pub(super) fn alone(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest);
        if length > 0 {
            code.push(' ');
            code.extend(rest[..length].chars().filter(|&character| character == '\n'));
            rest = &rest[length..];
            continue;
        }
        code.push(first);
        rest = &rest[first.len_utf8()..];
        if is_in_word(first) {
            // The `r` of a raw string begins a word; that of `for` does not.
            let word = rest.len() - rest.trim_start_matches(is_in_word).len();
            code.push_str(&rest[..word]);
            rest = &rest[word..];
        }
    }
    code
}

fn is_in_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// How many bytes at the start of `text` are no code.
fn skipped(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return comment(text);
    }
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find_map(|prefix| {
        let after = text.strip_prefix(prefix)?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        let is_raw = prefix.ends_with('r');
        let is_string = after[hashes..].starts_with('"') && (is_raw || hashes == 0);
        is_string.then_some((prefix.len() + hashes + 1, is_raw, hashes))
    });
    if let Some((start, is_raw, hashes)) = prefix {
        let end = format!("\"{}", "#".repeat(hashes));
        return match is_raw {
            true => text[start..].find(&end).map_or(text.len(), |at| start + at + end.len()),
            false => start + until(&text[start..], '"'),
        };
    }
    let Some(after) = text.strip_prefix('\'') else { return 0 };
    // A lifetime has no quote after its first character.
    let is_character = after.starts_with('\\') || after.chars().nth(1) == Some('\'');
    if is_character { 1 + until(after, '\'') } else { 0 }
}

/// The length of a comment, which may hold others.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length up to this quote, and with it, unless a backslash stands before it.
fn until(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        if character == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::alone;

    #[test]
    fn comments_and_strings_are_left_out_and_code_is_not() {
        let without = [
            "// here",
            "/* /* */ here */",
            "\"a \\\" here\"",
            "r#\"a \" here\"#",
            "br\"here\\\"",
            "c\"here\"",
            "'\\''; \"here\"",
            "f::<'a>('\"', \"here\")",
        ];
        for text in without {
            assert!(!alone(text).contains("here"), "{text}: {}", alone(text));
        }
        let with = [
            "use /* // */ here::x;",
            "\"http://\"; here",
            "fn f<'a>(x: &'a str) { here }",
            "'\"'; here; '\"'",
            "b'\\''; here",
            "r#here::x",
            "/* /* */ */ here",
            "let r = \"\"; here",
        ];
        for text in with {
            assert!(alone(text).contains("here"), "{text}: {}", alone(text));
        }
        assert_eq!(alone("a /* 1\n2 */ b // c\n'x' d").lines().count(), 3);
    }
}
