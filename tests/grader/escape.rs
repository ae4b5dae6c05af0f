//! Bytes made visible, for a story and for a shell.
//!
//! A reader of a failure must see the difference between a space and a tab, between CRLF and a bare
//! LF, so every byte that does not print as itself is written as an escape.

use std::fmt::Write;

use crate::tape::Tape;

/// `bytes` on one line: printable ASCII as it is, everything else as `\r`, `\n`, `\t`, `\\` or `\xNN`.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, &byte| text + &escape_byte(byte))
}

/// The same for what may be a line without end: of a long one, its start and its length.
#[must_use]
pub fn escape_line(line: &[u8]) -> String {
    const MOST: usize = 1000;
    if line.len() <= MOST {
        return escape(line);
    }
    format!("{}… ({} bytes in all)", escape(&line[..MOST]), line.len())
}

fn escape_byte(byte: u8) -> String {
    match byte {
        b'\r' => "\\r".into(),
        b'\n' => "\\n".into(),
        b'\t' => "\\t".into(),
        b'\\' => "\\\\".into(),
        b' '..=b'~' => char::from(byte).into(),
        _ => format!("\\x{byte:02X}"),
    }
}

/// `bytes` as the argument of `printf` in a POSIX shell, quoted.
#[must_use]
pub fn for_printf(bytes: &[u8]) -> String {
    let mut quoted = String::from("'");
    for &byte in bytes {
        match byte {
            b'\r' => quoted.push_str("\\r"),
            b'\n' => quoted.push_str("\\n"),
            b'\t' => quoted.push_str("\\t"),
            b'\\' => quoted.push_str("\\\\"),
            b'%' => quoted.push_str("%%"),
            b'\'' => quoted.push_str("'\\''"),
            b' '..=b'~' => quoted.push(char::from(byte)),
            // POSIX printf knows octal and not hexadecimal.
            _ => write!(quoted, "\\{byte:03o}").expect("a String takes whatever is written"),
        }
    }
    quoted + "'"
}

/// At most this many lines of a block are shown, and of a line what fits into this many columns.
const LINES_SHOWN: usize = 12;
const COLUMNS_SHOWN: usize = 76;

/// `bytes` as lines of escapes, broken after each LF; what is long is cut, and says so.
///
/// `bytes` may be the start of something longer: `length` is its length.
#[must_use]
pub fn block(bytes: &[u8], length: usize) -> Vec<String> {
    let mut shown: Vec<String> =
        lines(bytes).take(LINES_SHOWN).map(|line| cut(line, 0).0).collect();
    if lines(bytes).count() > LINES_SHOWN || bytes.len() < length {
        shown.push(format!("… ({length} bytes in all)"));
    }
    shown
}

/// Where a piece ended. No byte looks like it.
const CUT: &str = "│";
/// More cuts than these are only counted.
const CUTS_SHOWN: usize = 6;

/// What was sent, as [`block`] shows it, and in which pieces.
#[must_use]
pub fn block_in_pieces(tape: &Tape) -> Vec<String> {
    let Tape { start, length, cuts } = tape;
    let count = cuts.len() + 1;
    if cuts.is_empty() || cuts.len() > CUTS_SHOWN {
        let mut shown = block(start, *length);
        if !cuts.is_empty() {
            shown.push(format!("(in {count} pieces, one after the other)"));
        }
        return shown;
    }
    let ends = cuts.iter().chain([length]);
    let begins = [0].iter().chain(cuts);
    let mut shown: Vec<String> = Vec::new();
    let mut is_whole = true;
    for (from, to) in begins.zip(ends) {
        let piece = &start[*from.min(&start.len())..*to.min(&start.len())];
        let mut lines = block(piece, to - from);
        // A piece that goes on in the middle of a line is shown in that line.
        if let (false, Some(last)) = (is_whole, shown.last_mut()) {
            let room = COLUMNS_SHOWN.saturating_sub(last.chars().count());
            if lines.first().is_some_and(|line| line.chars().count() <= room) {
                last.push_str(&lines.remove(0));
            }
        }
        shown.extend(lines);
        is_whole = piece.ends_with(b"\n");
        if let (true, Some(last)) = (to < length, shown.last_mut()) {
            last.push_str(CUT);
        }
    }
    shown.push(format!("(in {count} pieces, cut at {CUT})"));
    shown
}

/// The line of `bytes` that holds the byte at `at` with one line before it, and a caret below.
#[must_use]
pub fn block_with_caret(bytes: &[u8], at: usize) -> Vec<String> {
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |lf| lf + 1);
    let line = lines(&bytes[start..]).next().unwrap_or_default();
    let (text, skipped) = cut(line, at - start);
    let column = escape(&line[skipped..at - start]).chars().count() + usize::from(skipped > 0);
    let before = lines(&bytes[..start]).last().map(|line| cut(line, 0).0);
    before.into_iter().chain([text, " ".repeat(column) + "^"]).collect()
}

/// The lines of `bytes`, each with its LF.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n')
}

/// `line`, escaped and cut so that the byte at `focus` shows; and how many bytes are cut in front.
fn cut(line: &[u8], focus: usize) -> (String, usize) {
    if escape(line).len() <= COLUMNS_SHOWN {
        return (escape(line), 0);
    }
    let before = fitting(line[..focus].iter().rev(), COLUMNS_SHOWN / 2);
    let after = fitting(line[focus..].iter(), COLUMNS_SHOWN - before.1);
    let (from, to) = (focus - before.0, focus + after.0);
    let front = if from > 0 { "…" } else { "" };
    let rest = line.len() - to;
    let back = if rest > 0 { format!("… ({rest} more bytes)") } else { String::new() };
    (format!("{front}{}{back}", escape(&line[from..to])), from)
}

/// How many of `bytes` fit into so many columns as escapes, and how many columns they take.
fn fitting<'b>(bytes: impl Iterator<Item = &'b u8>, columns: usize) -> (usize, usize) {
    let widths = bytes.scan(0, |taken, &byte| {
        *taken += escape_byte(byte).len();
        (*taken <= columns).then_some(*taken)
    });
    widths.enumerate().last().map_or((0, 0), |(index, width)| (index + 1, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_visible() {
        assert_eq!(escape(b"a b\t\r\n\\\0\xFF"), r"a b\t\r\n\\\x00\xFF");
    }

    #[test]
    fn printf_gets_octal_and_quotes() {
        assert_eq!(for_printf(b"it's 5%\r\n\xFF\\"), r"'it'\''s 5%%\r\n\377\\'");
    }

    #[test]
    fn a_block_breaks_after_each_line_feed() {
        assert_eq!(block(b"GET / HTTP/1.1\r\n\r\n", 18), [r"GET / HTTP/1.1\r\n", r"\r\n"]);
        let long = block(&b"x\n".repeat(100), 900);
        assert_eq!(long.len(), 13);
        assert_eq!(long[12], "… (900 bytes in all)");
    }

    #[test]
    fn pieces_are_cut_where_they_were_cut() {
        let tape = |pieces: &[&[u8]]| {
            let mut tape = Tape::default();
            for piece in pieces {
                tape.cut();
                tape.record(piece);
            }
            block_in_pieces(&tape)
        };
        assert_eq!(tape(&[b"a\n"]), [r"a\n"]);
        assert_eq!(
            tape(&[b"one\nt", b"wo\n", b"three"]),
            [r"one\n", r"t│wo\n│", "three", "(in 3 pieces, cut at │)"]
        );
        let bytes: Vec<&[u8]> = b"GET / HTTP".chunks(1).collect();
        assert_eq!(tape(&bytes), ["GET / HTTP", "(in 10 pieces, one after the other)"]);
    }

    #[test]
    fn the_caret_stands_below_the_byte() {
        assert_eq!(block_with_caret(b"a\nbcd\n", 3), [r"a\n", r"bcd\n", " ^"]);
        assert_eq!(block_with_caret(b"\r\nb", 3), [r"\r\n", "b", " ^"]);
        assert_eq!(block_with_caret(b"", 0), ["", "^"]);
        let long = block_with_caret(&[b'x'; 1000], 500);
        assert!(long[0].starts_with("…x"), "{long:?}");
        assert_eq!(long[1].chars().count(), 1 + 38 + 1);
    }
}
