//! As much of JSON (RFC 8259) as a result needs: objects, arrays, strings, whole numbers, true and
//! false. Written one member a line, so that a reader of a few members needs no parser.

use std::fmt::Write as _;
use std::str::Chars;

/// A value that can be written.
#[derive(Clone, Debug)]
pub enum Json {
    /// Nothing is known.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(u64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; its members keep their order.
    Object(Vec<(&'static str, Json)>),
    /// A value that was written here before.
    Written(String),
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
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text + "\n"
    }

    fn write(&self, to: &mut String, depth: usize) {
        match self {
            Json::Null => to.push_str("null"),
            Json::Written(text) => to.push_str(&moved(text, depth)),
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

/// With as many spaces before each line as its new depth asks for.
fn moved(text: &str, depth: usize) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    let last = lines.last().copied().unwrap_or_default();
    let old = last.len() - last.trim_start().len();
    let line = |line: &&str| line.get(old..).unwrap_or_default().to_owned();
    let rest = lines.iter().skip(1).map(line);
    let first = lines.first().map_or_else(String::new, ToString::to_string);
    let lines: Vec<String> = std::iter::once(first).chain(rest).collect();
    lines.join(&format!("\n{}", "  ".repeat(depth)))
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

/// The same for a string.
#[must_use]
pub fn text(text: &str, name: &str) -> Option<String> {
    unquoted(member(text, name)?)
}

/// What a string in quotes says.
#[must_use]
pub fn unquoted(quoted: &str) -> Option<String> {
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut text = String::new();
    while let Some(character) = rest.next() {
        text.push(if character == '\\' { escaped(&mut rest)? } else { character });
    }
    Some(text)
}

fn escaped(rest: &mut Chars) -> Option<char> {
    Some(match rest.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let digits: String = rest.take(4).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
        }
        itself => itself,
    })
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
        assert_eq!(text(&written, "next").as_deref(), Some("step 1, listen"));
        assert_eq!(number(&written, "max"), None);
        let odd = "a \"b\"\\\n\r\t\u{1b}\u{7f} é";
        assert_eq!(unquoted(&quoted(odd)).as_deref(), Some(odd));
        assert_eq!(unquoted("\"a"), None);
    }

    #[test]
    fn what_was_written_keeps_its_shape_at_any_depth() {
        let inner = || Json::Object(vec![("a", Json::List(vec![Json::Null])), ("b", 1.into())]);
        let outer = |inner| Json::Object(vec![("l", Json::List(vec![inner]))]).to_text();
        assert_eq!(outer(Json::Written(inner().to_text())), outer(inner()));
    }
}
