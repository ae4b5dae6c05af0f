//! What is sent comes back: all of it, unchanged, and then the end.

use grader::patience::STEP_SECONDS;
use grader::{
    Check, Client, Failure, Seen, Server, Signal, Target, Verdict, expect_eq, patience, process,
    random,
};

pub const CHECKS: &[Check] = &[
    Check {
        id: "echo-any-bytes",
        title: "any bytes come back as they were sent, NUL and 0xFF among them",
        rule: "POSIX read(2), write(2): a connection carries bytes, not text",
        hint: "Keep what was read as bytes: from_utf8_lossy and String change them.",
        run: echo_any_bytes,
    },
    Check {
        id: "echo-piece-by-piece",
        title: "each piece comes back before the next one is sent",
        rule: "POSIX read(2): it returns what has come, not all that will come",
        hint: "Write back what each read brought, at once, in a loop that ends when read returns 0.",
        run: echo_piece_by_piece,
    },
    Check {
        id: "half-close",
        title: "a client that has sent everything gets everything, and then the end",
        rule: "POSIX read(2): 0 means that the other side sends no more; RFC 9293 s3.6",
        hint: "When read returns 0, drop the connection: the client waits for its end.",
        run: half_close,
    },
    Check {
        id: "slow-reader",
        title: "8 MiB reach a slow reader whole",
        rule: "POSIX write(2): it may take fewer bytes than it was given, and says how many",
        hint: "Call write again with the rest until nothing is left.",
        run: slow_reader,
    },
    Check {
        id: "stopped-and-continued",
        title: "a server that is stopped with Ctrl-Z and continued goes on",
        rule: "POSIX signal concepts: a call may end with EINTR",
        hint: "When a call returns EINTR nothing was done: make it again.",
        run: stopped_and_continued,
    },
];

/// Sends `bytes` and waits until they have come back.
pub fn echoes(client: &mut Client, bytes: &[u8]) -> Verdict {
    client.send(bytes)?;
    let got = client.read_exact_n(bytes.len())?;
    same(client, bytes, &got)
}

pub fn same(client: &Client, sent: &[u8], got: &[u8]) -> Verdict {
    let what = "the server must send back what it is sent, unchanged; other bytes came back";
    expect_eq(client, "", sent, got).map_err(|failure| failure.retitled(what))
}

/// A whole visit of a client that behaves.
pub fn visit(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    echoes(&mut client, random::name().as_bytes())?;
    client.half_close()?;
    sees_end(&mut client)
}

/// Waits for the end of a connection on which nothing more is to come.
pub fn sees_end(client: &mut Client) -> Verdict {
    client.sees_end().map_err(no_end)
}

fn no_end(failure: Failure) -> Failure {
    if failure.kind() != Seen::Hung {
        return failure;
    }
    let seconds = patience(STEP_SECONDS).as_secs();
    let what = "the client had sent its last byte, and waited for the end of the connection";
    let by_hand = "printf 'hello\\n' | nc -N 127.0.0.1 8888, which must end by itself";
    failure.retitled(format!("{what} for {seconds} s, in vain")).by_hand(by_hand)
}

fn echo_any_bytes(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let every_byte: Vec<u8> = (0..=u8::MAX).rev().collect();
    echoes(&mut client, &every_byte)?;
    echoes(&mut client, &random::bytes(3000))
}

/// In one write both lines may come to one read, and a server that reads once looks right.
const PIECES_BY_HAND: &str =
    "(printf 'one\\n'; sleep 1; printf 'two\\n'; sleep 1) | nc -N 127.0.0.1 8888";

fn echo_piece_by_piece(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let (thousand, many) = (numbered_lines(1000), numbered_lines(10_000));
    let pieces = [&b"one\n"[..], b"two\n", &thousand, b"three\n", &many];
    let mut before = 0;
    (1..).zip(pieces).try_for_each(|(number, piece)| {
        echoes(&mut client, piece).map_err(|failure| {
            let came = format!("this is piece {number}; {before} bytes of earlier ones came back");
            failure.detail(came).by_hand(PIECES_BY_HAND)
        })?;
        before += piece.len();
        Ok(())
    })
}

fn half_close(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    // A server that takes a short read for the end would otherwise be right by luck.
    echoes(&mut client, b"one\n")?;
    echoes(&mut client, b"two\n")?;
    let pieces = [numbered_lines(5000), b"the last word\n".to_vec()];
    client.send_pieces(&pieces)?;
    client.half_close()?;
    let got = client.read_to_end().map_err(no_end)?;
    same(&client, &pieces.concat(), &got)
}

const SLOW_BY_HAND: &str = "seq 2000000 | nc -N 127.0.0.1 8888 | (sleep 9; cat) > back; meanwhile, \
    in the server's terminal, several times Ctrl-Z and fg; then seq 2000000 | cmp - back";

/// The least that Linux gives: it takes the server's bytes in such small portions that two writes in a
/// row can be cut short. Elsewhere so little room would only be slow.
const ROOM: usize = if cfg!(target_os = "linux") { 2304 } else { 16 * 1024 };

/// A blocking write is cut short only by a signal, so the server is stopped and continued while it
/// waits for this reader.
fn slow_reader(target: &Target) -> Verdict {
    const PIECE: usize = 256 * 1024;
    let server = target.start()?;
    let mut client = server.dial().receive_buffer(ROOM).connect()?;
    let sent = numbered_lines(8 * 1024 * 1024);
    client.send_in_background(sent.clone())?;
    let mut got = Vec::new();
    for _ in 0..30 {
        stop_and_continue(&server)?;
        comes_next(&mut client, &sent, &mut got, ROOM)?;
    }
    // What is lost is known by now, or lies in the system's buffers: no need to be slow any more.
    client.widen(PIECE)?;
    while got.len() < sent.len() {
        comes_next(&mut client, &sent, &mut got, PIECE)?;
    }
    sees_end(&mut client)
}

/// The next `count` bytes of `sent` follow those that the client has got.
fn comes_next(client: &mut Client, sent: &[u8], got: &mut Vec<u8>, count: usize) -> Verdict {
    let by_hand = |failure: Failure| failure.by_hand(SLOW_BY_HAND);
    let from = got.len();
    let next = &sent[from..sent.len().min(from + count)];
    got.extend(client.read_exact_n(next.len()).map_err(by_hand)?);
    if got.ends_with(next) {
        return Ok(());
    }
    // All that has come, so that the place of the difference is counted from the first byte.
    same(client, sent, got).map_err(by_hand)
}

/// Lines that tell where they belong, so that the story shows what is missing.
pub fn numbered_lines(length: usize) -> Vec<u8> {
    let name = random::name();
    let lines = (1..).flat_map(|number| format!("{name} line {number}\n").into_bytes());
    lines.take(length).collect()
}

/// Waits until the server sleeps in a call, stops it there, and lets it go on.
fn stop_and_continue(server: &Server) -> Verdict {
    sleeps(server)?;
    server.stop(Signal::SIGSTOP)?;
    is_stopped(server)?;
    server.stop(Signal::SIGCONT)
}

pub fn is_stopped(server: &Server) -> Verdict {
    server.wait_until("the server to be stopped", || is(server, 'T'))
}

pub fn sleeps(server: &Server) -> Verdict {
    server.wait_until("the server to sleep in a call", || is(server, 'S'))
}

fn is(server: &Server, state: char) -> Option<()> {
    (process::state(server.pid())? == state).then_some(())
}

fn stopped_and_continued(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..5 {
        stop_and_continue(&server)?;
        visit(&server)?;
    }
    Ok(())
}
