//! Text for a person, which never stops a program: `print!` panics when nobody reads standard output
//! any more (`… | head -3`).

use std::fmt::Display;
use std::io::{self, Write as _, stderr, stdout};

/// Prints `text` as it is on standard output, at once.
///
/// # Errors
///
/// Nobody reads it. Whoever has other work to do need not care.
pub fn out(text: impl Display) -> io::Result<()> {
    let mut out = stdout().lock();
    write!(out, "{text}")?;
    out.flush()
}

/// Prints a line on standard error, if it can be printed.
pub fn err(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}
