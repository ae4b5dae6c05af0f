//! The commands that show a fault to a person, made of what the check did: how to start the server,
//! a line for each client, the signals. What was sent in pieces goes out in pieces, with a second
//! between them; a client that stayed goes into the background.

use nix::sys::signal::Signal;

use crate::diary::Line;
use crate::escape::for_printf;
use crate::start::Start;
use crate::visit::{End, Piece, Visit};

/// What opens a connection. `-N` closes the sending half after the last byte, so that a right server
/// lets it end.
const NC: &str = "nc -N 127.0.0.1 8888";

/// Long enough to look at what happens meanwhile.
const STAYS: &str = "sleep 9";

/// More lines than these nobody types.
const LINES: usize = 6;

/// Of the clients that came before and have left, the last ones may have to do with it.
const SPARE: usize = 2;

/// More pieces than these nobody types: the first byte, the last, and what is between them do.
const PIECES: usize = 6;

/// From so many on, a loop is shorter.
const LOOP: usize = 3;

/// Clients that only knock, in such numbers, are a check's way to look again and again.
const KNOCKS: usize = 10;

/// A command, and how often it is typed.
#[derive(PartialEq, Eq)]
struct Typed {
    command: String,
    times: usize,
    /// Without it the others show nothing.
    is_needed: bool,
}

/// The commands; `hung` if the last client waited in vain. None if nobody can type them.
pub(crate) fn commands(start: &Start, lines: &[Line], hung: bool) -> Option<Vec<String>> {
    let mut typed = in_order(start, lines, hung)?;
    typed.retain(|one| one.command != knock() || one.times <= KNOCKS);
    let mut typed: Vec<Typed> = typed.into_iter().flat_map(Typed::repeated).collect();
    loop {
        let spare = typed.iter().filter(|one| !one.is_needed).count();
        if spare <= SPARE && typed.len() <= LINES {
            break;
        }
        typed.remove(typed.iter().position(|one| !one.is_needed)?);
    }
    if typed.is_empty() {
        return Some(vec![start.command()]);
    }
    Some(started(start, typed.into_iter().map(|one| one.command)))
}

/// These commands, after that which starts the server if it is an unusual one.
pub(crate) fn started(start: &Start, then: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut commands = Vec::new();
    if start.is_special() {
        commands.extend([start.command(), "and then, in another terminal:".to_owned()]);
    }
    commands.extend(then);
    commands
}

/// What is the same and follows itself is one.
fn in_order(start: &Start, lines: &[Line], hung: bool) -> Option<Vec<Typed>> {
    let last = lines.iter().rposition(|line| matches!(line, Line::Visit(_)));
    let mut typed: Vec<Typed> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let is_last = last == Some(number);
        let (command, is_needed) = match line {
            Line::Visit(visit) => (client(visit, hung && is_last), visit.outlasts || is_last),
            Line::Signal(sent) => (Some(signal(start, *sent)), true),
            Line::Command(command) => (Some(with_pids(start, command)), true),
        };
        match (command, typed.last_mut()) {
            (Some(command), Some(same)) if same.command == command => same.times += 1,
            (Some(command), _) => typed.push(Typed { command, times: 1, is_needed }),
            (None, _) if is_needed => return None,
            // An earlier client that has left may be missing.
            (None, _) => {}
        }
    }
    Some(typed)
}

impl Typed {
    /// As often as it was done, in a loop if that is shorter.
    fn repeated(self) -> Vec<Typed> {
        let Typed { command, times, is_needed } = self;
        let end = if command.ends_with('&') { "" } else { ";" };
        let looped = format!("for i in $(seq {times}); do {command}{end} done");
        let (command, count) = if times >= LOOP { (looped, 1) } else { (command, times) };
        let one = || Typed { command: command.clone(), times: 1, is_needed };
        std::iter::repeat_with(one).take(count).collect()
    }
}

fn knock() -> String {
    format!("{NC} < /dev/null")
}

/// One client; none if what it did can't be done with nc.
fn client(visit: &Visit, waits: bool) -> Option<String> {
    let has_more_to_say = visit.end.is_none() && is_half_a_head(&visit.pieces);
    let stays = visit.outlasts || has_more_to_say || (waits && visit.end.is_none());
    let ends_in_a_loop = visit.pieces.last().is_some_and(|piece| piece.times >= LOOP);
    let background = if visit.outlasts { " &" } else { "" };
    if visit.is_long || visit.end == Some(End::Reset) {
        return None;
    }
    let mut parts = pieces(&visit.pieces);
    if stays && !ends_in_a_loop {
        parts.push(STAYS.into());
    }
    let said = match parts.as_slice() {
        [] => return Some(knock()),
        [one] => one.clone(),
        _ => format!("({})", parts.join("; ")),
    };
    Some(format!("{said} | {NC}{background}"))
}

/// A server may take the end of what is sent for the end of the head.
fn is_half_a_head(pieces: &[Piece]) -> bool {
    let sent: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.clone()).collect();
    let has = |part: &[u8]| sent.windows(part.len()).any(|window| window == part);
    has(b"HTTP/") && !has(b"\r\n\r\n")
}

/// Each piece, and a second between two of them.
fn pieces(pieces: &[Piece]) -> Vec<String> {
    let mut parts = Vec::new();
    for piece in few(pieces) {
        if piece.is_late {
            parts.push("sleep 2".to_owned());
        } else if !parts.is_empty() {
            parts.push("sleep 1".to_owned());
        }
        let printed = format!("printf {}", for_printf(&piece.bytes));
        if piece.times >= LOOP {
            let times = piece.times.min(20);
            parts.push(format!("for i in $(seq {times}); do {printed}; sleep 1; done"));
        } else {
            let mut again = std::iter::repeat_n(printed, piece.times);
            parts.extend(again.next());
            parts.extend(again.flat_map(|printed| ["sleep 1".to_owned(), printed]));
        }
    }
    parts
}

/// Not more pieces than anybody types.
fn few(pieces: &[Piece]) -> Vec<Piece> {
    if pieces.len() <= PIECES {
        return pieces.to_vec();
    }
    let all: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.repeat(piece.times)).collect();
    let is_late = pieces[0].is_late;
    let cuts = [&all[..1], &all[1..all.len() - 1], &all[all.len() - 1..]];
    let piece = |(number, bytes): (usize, &&[u8])| Piece {
        bytes: bytes.to_vec(),
        times: 1,
        is_late: is_late && number == 0,
    };
    cuts.iter().enumerate().map(piece).collect()
}

fn signal(start: &Start, signal: Signal) -> String {
    let name = signal.as_str().trim_start_matches("SIG");
    format!("kill -{name} {}", start.process())
}

/// A command with what finds the server's pid in place of `PID`, and its newest child's of `CHILD`.
pub(crate) fn with_pids(start: &Start, command: &str) -> String {
    command.replace("PID", &start.process()).replace("CHILD", &start.newest())
}

#[cfg(test)]
mod tests;
