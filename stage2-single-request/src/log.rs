//! Hardening: the heads on the terminal, `<` what came and `>` what went, as `curl -v` shows them
//! from the other side.
//!
//! A terminal obeys escape sequences, whoever sent them. So nothing that came from a client is
//! printed as it is.

use std::fmt::{self, Display, Write};

use stage1_echo::terminal::say;

/// How much of a fault's bytes an error message shows: enough to recognise them.
const SHOWN: usize = 80;

/// Prints the lines of a request's head, each behind `< `.
pub fn received(head: &[u8]) {
    say(format_args!("{}", marked('<', head)));
}

/// Prints the lines of a response's head, each behind `> `.
pub fn sent(head: &[u8]) {
    say(format_args!("{}", marked('>', head)));
}

fn marked(mark: char, head: &[u8]) -> String {
    let lines =
        head.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines: Vec<String> =
        lines.map(|line| format!("{mark} {}", Printable(line)).trim_end().to_string()).collect();
    lines.join("\n").trim_end_matches(['\n', mark]).to_string()
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
