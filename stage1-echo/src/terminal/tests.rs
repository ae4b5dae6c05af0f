#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{Read, pipe};

use super::*;

#[test]
fn people_read_what_they_can_read_and_a_terminal_obeys_nothing() {
    for (text, shown) in [
        ("no page /übersicht – 日本語 🎉 \\ \"x\"", "no page /übersicht – 日本語 🎉 \\ \"x\""),
        ("\x1b[2J\r\n127.0.0.1\t\0\x7f", "\\x1b[2J\\r\\n127.0.0.1\\t\\x00\\x7f"),
        ("\u{9b}2J \u{85}", "\\u{9b}2J \\u{85}"),
        ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
        ("\u{202e}gpj.exe\u{2066}\u{200f}\u{61c}", "\\u{202e}gpj.exe\\u{2066}\\u{200f}\\u{61c}"),
    ] {
        assert_eq!(harmless(text), shown);
    }
}

#[test]
fn blocks_are_whole_lines_that_a_pipe_takes_at_once() {
    let text: Vec<u8> = (0..2000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
    let all: Vec<&[u8]> = blocks(&text).collect();
    assert_eq!(all.concat(), text);
    assert!(all.len() > 1);
    for block in all {
        assert!(block.len() <= PIPE_BUF - MARK && block.ends_with(b"\n"));
    }
    let long = [b"short\n", &vec![b'x'; 3 * PIPE_BUF][..], b"\n", b"short\n"].concat();
    let lengths: Vec<usize> = blocks(&long).map(<[u8]>::len).collect();
    assert_eq!(lengths, [6, 3 * PIPE_BUF + 1, 6]);
    assert_eq!(blocks(b"").count(), 0);
}

#[test]
fn a_file_keeps_its_offset_and_a_pipe_gets_a_description_that_does_not_block() {
    let path = std::env::temp_dir().join(format!("terminal-{}", std::process::id()));
    let file = File::create(&path).unwrap();
    assert!(matches!(Way::to(file.as_fd()), Way::File));
    fs::remove_file(path).unwrap();
    let (_reader, writer) = pipe().unwrap();
    match Way::to(writer.as_fd()) {
        Way::Own(own) => {
            let flags = fcntl(&own, FcntlArg::F_GETFL).unwrap();
            assert!(OFlag::from_bits_truncate(flags).contains(OFlag::O_NONBLOCK));
        }
        way if cfg!(target_os = "linux") => panic!("{way:?}"),
        _ => {}
    }
    let shared = fcntl(&writer, FcntlArg::F_GETFL).unwrap();
    let is_as_before = !OFlag::from_bits_truncate(shared).contains(OFlag::O_NONBLOCK);
    assert!(is_as_before, "others write to this one, too");
}

/// The one test that looks at the counts, which all consoles of a stream share.
#[test]
fn a_line_that_was_torn_is_lost_and_the_next_one_stands_alone_behind_a_mark() {
    let (mut reader, writer) = pipe().unwrap();
    let console = Console::new("a pipe", Stream::Err);
    let way = Way::to(writer.as_fd());
    let Way::Own(_) = way else { return };
    console.way.set(way).unwrap();
    let long = [&vec![b'x'; 1 << 20][..], b"\n"].concat();
    console.print(&long);
    console.print(b"lost\n");
    let counts = console.counts();
    assert_eq!(counts.lost.load(Ordering::Relaxed), 2);
    assert!(counts.is_torn.load(Ordering::Relaxed));
    let mut room = vec![0; 64 * 1024];
    reader.read_exact(&mut room[..32 * 1024]).unwrap();
    console.print(b"next\n");
    assert_eq!(
        (counts.unsaid.load(Ordering::Relaxed), counts.lost.load(Ordering::Relaxed)),
        (0, 2)
    );
    drop((console, writer));
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    let rest = String::from_utf8(rest).unwrap();
    let rest = rest.trim_start_matches('x');
    assert_eq!(rest, "\n(2 lines could not be written here)\nnext\n");
}

/// As on a system without `/proc`.
#[test]
fn a_full_pipe_that_blocks_keeps_nobody_waiting_who_asks_first() {
    let (mut reader, writer) = pipe().unwrap();
    let long = vec![b'x'; 3 * PIPE_BUF];
    let mut written = 0;
    let why = loop {
        match write_if_ready(writer.as_fd(), &long) {
            Ok(length) => {
                assert!(length > 0 && length <= PIPE_BUF, "no more than what is sure to fit");
                written += length;
            }
            Err(why) => break why,
        }
    };
    assert_eq!(why, Errno::EAGAIN);
    reader.read_exact(&mut vec![0; written]).unwrap();
    assert_eq!(write_if_ready(writer.as_fd(), b"x"), Ok(1));
    drop(reader);
    assert_eq!(write_if_ready(writer.as_fd(), b"x"), Err(Errno::EPIPE));
}

#[test]
fn what_an_application_says_goes_out_line_by_line() {
    let mut errors = ErrorStream::default();
    let mut said = |text: &str| {
        errors.0.extend_from_slice(text.as_bytes());
        String::from_utf8(errors.take_lines()).unwrap()
    };
    assert_eq!(said("a"), "");
    assert_eq!(said("b\nc"), "ab\n");
    assert_eq!(said("d\n\ne"), "cd\n\n");
    let long = "x".repeat(LONGEST_LINE);
    assert_eq!(said(&long), format!("e{long}\n"), "a line that never ends is given an end");
    assert_eq!(said("f"), "");
    assert_eq!(errors.take_all(), b"f\n", "and so is the last one");
    assert_eq!(errors.take_all(), b"");
}
