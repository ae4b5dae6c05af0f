//! Small clients for the book's sessions, for machines without curl or nc: `book-client curl …`.
//!
//! They know what the pages use of the real ones, and say so when a page asks for more.

use std::io::{self, Write};
use std::process::ExitCode;

#[path = "client/answer.rs"]
mod answer;
#[path = "client/curl.rs"]
mod curl;
#[path = "client/nc.rs"]
mod nc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((tool, rest)) if tool == "curl" => curl::run(rest),
        Some((tool, rest)) if tool == "nc" => nc::run(rest),
        _ => unknown("curl … or nc … was expected"),
    };
    result.unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "{error}");
        ExitCode::FAILURE
    })
}

/// For a page that asks for more than these clients can do.
fn unknown<T>(what: &str) -> io::Result<T> {
    let what = format!("the book's own client: {what}; install the real curl and nc");
    Err(io::Error::other(what))
}

/// A line on standard error, as curl and nc have it for what is not content.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
