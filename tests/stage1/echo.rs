//! What is sent comes back: all of it, unchanged, and then the end.

use grader::{Check, Client, Server, Signal, Target, Verdict, expect_eq, process, random};

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
        hint: "Call write again with the rest until nothing is left, also after EINTR.",
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
    client.sees_end()
}

fn echo_any_bytes(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let every_byte: Vec<u8> = (0..=u8::MAX).rev().collect();
    echoes(&mut client, &every_byte)?;
    echoes(&mut client, &random::bytes(3000))
}

fn echo_piece_by_piece(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let (thousand, many) = (numbered_lines(1000), numbered_lines(10_000));
    let pieces = [&b"one\n"[..], b"two\n", &thousand, b"!", &many];
    pieces.into_iter().try_for_each(|piece| echoes(&mut client, piece))
}

fn half_close(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let pieces = [b"one\n".to_vec(), numbered_lines(5000), b"!".to_vec()];
    client.send_pieces(&pieces)?;
    client.half_close()?;
    let got = client.read_to_end()?;
    same(&client, &pieces.concat(), &got)
}

const SLOW_BY_HAND: &str = "seq 2000000 | nc -N 127.0.0.1 8888 | (sleep 9; cat) > back; meanwhile, \
    in the server's terminal, several times Ctrl-Z and fg; then seq 2000000 | cmp - back";

/// A blocking write is cut short only by a signal, so the server is stopped and continued while it
/// waits for this reader.
fn slow_reader(target: &Target) -> Verdict {
    const PIECE: usize = 256 * 1024;
    let server = target.start()?;
    let mut client = server.dial().receive_buffer(16 * 1024).connect()?;
    let sent = numbered_lines(32 * PIECE);
    client.send_in_background(sent.clone())?;
    for (at, piece) in sent.chunks(PIECE).enumerate() {
        let got = client.read_exact_n(piece.len())?;
        same(&client, piece, &got).map_err(|failure| failure.by_hand(SLOW_BY_HAND))?;
        // Near the end the kernel may hold all that is left: a server of one client has gone then.
        if at < 10 {
            stop_and_continue(&server)?;
        }
    }
    client.sees_end()
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
    server.wait_until("the server to be stopped", || is(server, 'T'))?;
    server.stop(Signal::SIGCONT)
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
