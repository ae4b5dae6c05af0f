//! The book's page on marking and exams: its commands are typed, and print what the page shows.
//!
//! They are no sessions of the book's tests, since the first marking compiles for a minute.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Tried, holds, succeeds};

use grader::harness::Failed;

const PAGE: &str = include_str!("../../book/src/teachers/marking.md");
/// What the page types to start the grader.
const GRADER: &str = "cargo run -p grader -- ";

pub fn is_true() -> Tried {
    let place = env::temp_dir().join(format!("grader-page-{}", std::process::id()));
    fs::create_dir_all(&place)?;
    let tried = sessions(PAGE).into_iter().try_for_each(|session| plays(&session, &place));
    fs::remove_dir_all(&place)?;
    tried
}

/// Commands, and what they print if the page says so.
#[derive(Debug, PartialEq)]
struct Session<'a> {
    commands: &'a str,
    shown: Option<&'a str>,
}

/// A fence `sh`, and the fence `text` if that comes next.
fn sessions(page: &str) -> Vec<Session<'_>> {
    let fences: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
    let typed = fences.iter().enumerate().filter_map(|(at, fence)| {
        let commands = fence.strip_prefix("sh\n")?;
        let shown = fences.get(at + 1).and_then(|next| next.strip_prefix("text\n"));
        Some(Session { commands, shown })
    });
    typed.collect()
}

/// The commands run in the repository's folder; what they name beside it is in `place`.
fn plays(session: &Session, place: &Path) -> Tried {
    let place = place.to_str().ok_or("a folder that is no text")?;
    let grader = format!("{} ", env!("CARGO_BIN_EXE_grader"));
    let commands = session.commands.replace(GRADER, &grader).replace("../", &format!("{place}/"));
    let mut shell = Command::new("bash");
    shell.args(["-e", "-c", &commands]).env("LC_ALL", "C");
    shell.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let output = succeeds(&mut shell)?;
    let printed = String::from_utf8_lossy(&output.stdout).replace(&format!("{place}/"), "../");
    let printed = printed.replace('\r', "");
    let Some(shown) = session.shown else { return Ok(()) };
    let wanted: Vec<&str> = shown.lines().collect();
    let came: Vec<&str> = printed.lines().collect();
    holds(agree(&wanted, &came), &format!("{:?} prints\n{shown}", session.commands), &printed)
}

/// Whether these lines are those of the page, where `…` alone stands for any lines.
fn agree(wanted: &[&str], came: &[&str]) -> bool {
    match wanted.split_first() {
        None => came.is_empty(),
        Some((&"…", rest)) => (0..=came.len()).any(|from| agree(rest, &came[from..])),
        Some((line, rest)) => {
            came.split_first().is_some_and(|(first, more)| fits(line, first) && agree(rest, more))
        }
    }
}

/// Whether this line is that of the page, where `…` stands for any text.
fn fits(wanted: &str, came: &str) -> bool {
    match wanted.split_once('…') {
        None => wanted == came,
        Some((start, rest)) => came.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices()
                .map(|(at, _)| at)
                .chain([tail.len()])
                .any(|at| fits(rest, &tail[at..]))
        }),
    }
}

/// What compares can tell true from false.
pub fn is_strict() -> Result<(), Failed> {
    let page = "```sh\na\n```\n\n```text\nx … y\n…\nz\n```\n\n```sh\nb\n```\n";
    let [first, second] = &sessions(page)[..] else { return Err("two sessions".into()) };
    holds(first.shown == Some("x … y\n…\nz\n") && second.shown.is_none(), "two sessions", &page)?;
    let wanted = ["x … y", "…", "z"];
    for (came, is_so) in [
        (&["x 12 y", "a", "b", "z"][..], true),
        (&["x  y", "z"], true),
        (&["x 12 z", "z"], false),
        (&["x 12 y", "a"], false),
        (&["x 12 y", "z", "more"], false),
    ] {
        holds(agree(&wanted, came) == is_so, "lines are compared", &came.join("|"))?;
    }
    Ok(())
}
