//! Stage 1: the four calls. What an echo server must do, seen from outside.

use std::process::ExitCode;

use grader::contract::{self, LISTENING_PLAIN};
use grader::{Check, Client, Failure, Group, Server, Signal, Target, Verdict};
use grader::{expect, expect_eq, patience, process, random, wait_until};

fn main() -> ExitCode {
    let target = Target::reference(env!("CARGO_BIN_EXE_stage1-echo"));
    grader::run("stage 1", &target, GROUPS)
}

const GROUPS: &[Group] = &[
    Group::together(&[LISTENING_PLAIN]),
    Group::together(CHECKS),
    Group::together(contract::CHECKS),
];

const CHECKS: &[Check] = &[
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
        id: "next-client",
        title: "the second client is served after the first has left",
        rule: "POSIX accept(2): one call, one connection",
        hint: "Put accept and the echo into a loop, and close each connection at its end.",
        run: next_client,
    },
    Check {
        id: "one-at-a-time",
        title: "a client that comes meanwhile waits in the backlog and is served afterwards",
        rule: "POSIX listen(2): the backlog holds connections until they are accepted",
        hint: "Nothing to do: the kernel completes the connection before accept is called.",
        run: one_at_a_time,
    },
    Check {
        id: "client-resets",
        title: "a client that resets its connection does not end the server",
        rule: "POSIX read(2), write(2): ECONNRESET, EPIPE",
        hint: "Don't let `?` carry a client's error out of main: it belongs to this one client.",
        run: client_resets,
    },
    Check {
        id: "client-resets-in-mid-transfer",
        title: "a client that resets while the server writes to it does not end the server",
        rule: "POSIX write(2): ECONNRESET, EPIPE",
        hint: "Handle the error of write like that of read: report it and go on with the next client.",
        run: client_resets_in_mid_transfer,
    },
    Check {
        id: "client-says-nothing",
        title: "clients that connect and leave without a word do not end the server",
        rule: "POSIX accept(2), ECONNABORTED; read(2), 0 at the end",
        hint: "A connection may be gone before accept returns it, and its first read may return 0.",
        run: client_says_nothing,
    },
    Check {
        id: "every-connection-is-closed",
        title: "after forty clients the server has as many descriptors open as before",
        rule: "POSIX close(2)",
        hint: "Own each connection (OwnedFd, TcpStream), so that it is closed when it is dropped.",
        run: every_connection_is_closed,
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
fn echoes(client: &mut Client, bytes: &[u8]) -> Verdict {
    client.send(bytes)?;
    let got = client.read_exact_n(bytes.len())?;
    expect_eq(client, "what comes back is what was sent", bytes, got)
}

/// A whole visit of a client that behaves.
fn visit(server: &Server) -> Verdict {
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
    [1, 2, 1000, 1, 10_000]
        .into_iter()
        .try_for_each(|size| echoes(&mut client, &random::bytes(size)))
}

fn half_close(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    let pieces = [random::bytes(10), random::bytes(5000), random::bytes(1)];
    client.send_pieces(&pieces)?;
    client.half_close()?;
    let got = client.read_to_end()?;
    expect_eq(&client, "what comes back is what was sent", pieces.concat(), got)
}

/// A blocking write is cut short only by a signal, so the server is stopped and continued while it
/// waits for this reader.
fn slow_reader(target: &Target) -> Verdict {
    const PIECE: usize = 256 * 1024;
    let server = target.start()?;
    let mut client = server.dial().receive_buffer(16 * 1024).connect()?;
    let sent = random::bytes(32 * PIECE);
    client.send_in_background(sent.clone())?;
    for piece in sent.chunks(PIECE) {
        let got = client.read_exact_n(piece.len())?;
        expect_eq(&client, "what comes back is what was sent", piece, got)?;
        stop_and_continue(&server)?;
    }
    client.sees_end()
}

/// Waits until the server sleeps in a call, stops it there, and lets it go on.
fn stop_and_continue(server: &Server) -> Verdict {
    sleeps(server)?;
    server.stop(Signal::SIGSTOP)?;
    server.wait_until("the server to be stopped", || is(server, 'T'))?;
    server.stop(Signal::SIGCONT)
}

fn sleeps(server: &Server) -> Verdict {
    server.wait_until("the server to sleep in a call", || is(server, 'S'))
}

fn is(server: &Server, state: char) -> Option<()> {
    (process::state(server.pid())? == state).then_some(())
}

fn next_client(target: &Target) -> Verdict {
    let server = target.start()?;
    (0..3).try_for_each(|_| visit(&server))
}

fn one_at_a_time(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut first = server.connect()?;
    echoes(&mut first, b"first")?;
    let mut second = server.connect()?;
    second.send(b"second")?;
    echoes(&mut first, b"first again")?;
    expect(&second, second.is_quiet(), "the second client waits while the first is served")?;
    first.half_close()?;
    first.sees_end()?;
    let got = second.read_exact_n(b"second".len())?;
    expect_eq(&second, "the second client is served next", b"second", got)
}

fn client_resets(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        let mut client = server.connect()?;
        echoes(&mut client, b"hello")?;
        client.reset()?;
        server.connect()?.reset()?;
        visit(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}

fn client_resets_in_mid_transfer(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        let mut client = server.dial().receive_buffer(16 * 1024).connect()?;
        client.send_in_background(random::bytes(32 * 1024 * 1024))?;
        client.read_exact_n(1)?;
        // This client reads no more, so the server comes to wait in write.
        sleeps(&server)?;
        client.reset()?;
        visit(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}

fn client_says_nothing(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        drop(server.connect()?);
        let mut client = server.connect()?;
        client.half_close()?;
        client.sees_end()?;
    }
    visit(&server)
}

fn every_connection_is_closed(target: &Target) -> Verdict {
    let server = target.start()?;
    visit(&server)?;
    let count = || process::descriptors(server.pid());
    let before = count();
    (0..40).try_for_each(|_| visit(&server))?;
    let settled = wait_until(patience(8.0), "the last connection to be closed", || {
        (count() <= before).then_some(())
    });
    settled.map_err(|failure: Failure| {
        failure
            .of(&server)
            .expected(format!("{before:?} descriptors"))
            .got(format!("{:?}", count()))
    })
}

fn stopped_and_continued(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..5 {
        stop_and_continue(&server)?;
        visit(&server)?;
    }
    Ok(())
}
