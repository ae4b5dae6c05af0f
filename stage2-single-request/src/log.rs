//! Hardening: the heads on the terminal, `<` what came and `>` what went, as `curl -v` shows them
//! from the other side.

use stage1_echo::terminal::say;

use crate::escape::Printable;

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
