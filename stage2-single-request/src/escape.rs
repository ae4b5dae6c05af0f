//! Hardening: what came from a client, made harmless for where it is shown.
//!
//! A terminal obeys escape sequences and a browser obeys markup, whoever sent them. So nothing
//! that came from a client is shown as it is.

use std::fmt::{self, Display, Write};

/// How much of a fault's bytes an error message shows: enough to recognise them.
const SHOWN: usize = 80;

/// Text as HTML shows it. Without this a client's bytes would become markup of our page.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Bytes from a client, as one line that a terminal can't misunderstand: printable ASCII as it is,
/// everything else, and the backslash, as `\xNN`.
pub struct Printable<'b>(pub &'b [u8]);

impl Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|&byte| match byte {
            b' '..=b'~' if byte != b'\\' => f.write_char(char::from(byte)),
            _ => write!(f, "\\x{byte:02x}"),
        })
    }
}

/// Bytes from a client inside a sentence: quoted, and cut where they are long.
pub struct Escaped<'b>(pub &'b [u8]);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(SHOWN)];
        let cut = if shown.len() < self.0.len() { "…" } else { "" };
        write!(f, "\"{}{cut}\"", shown.escape_ascii())
    }
}

#[cfg(test)]
mod tests;
