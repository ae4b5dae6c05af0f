//! As much of JSON (RFC 8259) as a result needs: objects, arrays, strings, whole numbers, true and
//! false. Written one member a line, so that a reader of a few members needs no parser.

use std::fmt::Write as _;

/// A value that can be written.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Flag(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl From<u32> for Json {
    fn from(number: u32) -> Json {
        Json::Number(number.into())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}

impl Json {
    /// The whole text, with a final line end.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text + "\n"
    }

    fn write(&self, to: &mut String, depth: usize) {
        match self {
            Json::Flag(flag) => to.push_str(&flag.to_string()),
            Json::Number(number) => to.push_str(&number.to_string()),
            Json::Text(text) => to.push_str(&quoted(text)),
            Json::List(items) => between(to, ['[', ']'], depth, items, |to, item| {
                item.write(to, depth + 1);
            }),
            Json::Object(members) => between(to, ['{', '}'], depth, members, |to, member| {
                to.push_str(&quoted(member.0));
                to.push_str(": ");
                member.1.write(to, depth + 1);
            }),
        }
    }
}

fn between<T>(
    to: &mut String,
    [open, close]: [char; 2],
    depth: usize,
    items: &[T],
    write: impl Fn(&mut String, &T),
) {
    to.push(open);
    for (number, item) in items.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        to.push_str(&format!("{comma}\n{}", "  ".repeat(depth + 1)));
        write(to, item);
    }
    if !items.is_empty() {
        to.push_str(&format!("\n{}", "  ".repeat(depth)));
    }
    to.push(close);
}

/// RFC 8259 s7: quotes, backslashes and control characters are escaped; all else stands as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                // Writing to a String never fails.
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            plain => quoted.push(plain),
        }
    }
    quoted + "\""
}

/// The number that the first member of this name has, in a text that was written here.
#[must_use]
pub fn number(text: &str, name: &str) -> Option<u64> {
    member(text, name)?.parse().ok()
}

/// The same for text without escapes.
#[must_use]
pub fn text<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    member(text, name)?.strip_prefix('"')?.strip_suffix('"')
}

fn member<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let name = format!("\"{name}\": ");
    let value = text.lines().find_map(|line| line.trim_start().strip_prefix(&name))?;
    Some(value.trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_the_standard_has_them() {
        let inner = Json::Object(vec![("say", "a \"b\"\\\n\r\t\u{1b}\u{7f} é".into())]);
        let list = Json::List(vec![inner, Json::Number(7)]);
        let json = Json::Object(vec![("n", 3.into()), ("none", Json::List(vec![])), ("l", list)]);
        let text = json.to_text();
        assert_eq!(
            text,
            "{\n  \"n\": 3,\n  \"none\": [],\n  \"l\": [\n    {\n      \"say\": \
             \"a \\\"b\\\"\\\\\\n\\r\\t\\u001b\\u007f é\"\n    },\n    7\n  ]\n}\n"
        );
    }

    #[test]
    fn members_are_found_again() {
        let json = Json::Object(vec![("points", 12.into()), ("next", "step 1, listen".into())]);
        let written = json.to_text();
        assert_eq!(number(&written, "points"), Some(12));
        assert_eq!(text(&written, "next"), Some("step 1, listen"));
        assert_eq!(number(&written, "max"), None);
    }
}
