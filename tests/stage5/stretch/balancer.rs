//! A server that hands each connection to the next of several others. The check itself is these.

use grader::{Check, Client, Server, Signal, Target, Verdict};
use grader::{expect, expect_eq, process, random};

use super::upstream::{Upstream, start, whose};

pub const CHECKS: &[Check] = &[
    Check {
        id: "upstreams-in-turn",
        title: "with UPSTREAMS, connections go to each of them in turn, and bytes both ways",
        rule: "RFC 9110 s3.7: intermediaries; RFC 9293 s3.6: each direction ends by itself",
        hint: "For each connection, connect to the next upstream, and let tokio's \
               copy_bidirectional do the rest.",
        run: |target| shown(in_turn(target)),
    },
    Check {
        id: "upstreams-that-are-down",
        title: "an upstream that is down is passed over; if all are, the client gets a 502",
        rule: "RFC 9110 s15.6.3: 502 Bad Gateway",
        hint: "If connect fails, try the others, beginning with the next one. If all fail, write a \
               502 page. Next time, try all of them again.",
        run: |target| shown(are_down(target)),
    },
    Check {
        id: "upstreams-until-the-end",
        title: "at SIGTERM the port is free, a connection that is open goes on, the status is 0",
        rule: "book/src/stage5-async/deadlines.md: SIGTERM lets connections finish",
        hint: "As in step 7: leave the loop, drop the listening socket, wait for the tasks.",
        run: |target| shown(until_the_end(target)),
    },
    Check {
        id: "upstreams-many",
        title: "a hundred silent connections take no threads, and an unread answer no memory",
        rule: "issue: one process, ten thousand connections",
        hint: "One task for each connection, and in it one buffer of a few KiB a direction.",
        run: |target| shown(many(target)),
    },
];

fn shown(verdict: Verdict) -> Verdict {
    let others = "start two servers (PORT=9001 and PORT=9002 cargo run -p stage4-fork) and yours \
                  with UPSTREAMS=127.0.0.1:9001,127.0.0.1:9002; curl http://127.0.0.1:8888/hello";
    verdict.map_err(|failure| failure.by_hand(others))
}

fn in_turn(target: &Target) -> Verdict {
    let upstreams = [Upstream::new()?, Upstream::new()?, Upstream::new()?];
    let server = start(target, &upstreams)?;
    let mut turns = Vec::new();
    for _ in 0..6 {
        let mut client = server.connect()?;
        let (turn, mut upstream) = whose(&server, &upstreams)?;
        turns.push(turn);
        let (question, answer) = (random::bytes(10_000), random::bytes(20_000));
        client.send(&question)?;
        expect_eq(&client, "what a client sends arrives", &question, upstream.read(10_000)?)?;
        let (first, rest) = answer.split_at(5_000);
        upstream.write(first)?;
        let got = client.read_exact_n(first.len())?;
        expect_eq(&client, "what the upstream sends arrives at once", first, got)?;
        client.half_close()?;
        upstream.sees_end()?;
        upstream.write(rest)?;
        drop(upstream);
        let got = client.read_to_end()?;
        expect_eq(&client, "what comes after the client's end arrives too", rest, got)?;
    }
    let fair = turns[..3] == turns[3..] && (0..3).all(|one| turns.contains(&one));
    expect(&server, fair, format!("six connections go to three upstreams in turn, not {turns:?}"))
}

fn are_down(target: &Target) -> Verdict {
    let mut upstreams = vec![Upstream::new()?, Upstream::new()?];
    let server = start(target, &upstreams)?;
    let address = upstreams.pop().map(Upstream::close);
    for _ in 0..4 {
        passes(&server, &upstreams)?;
    }
    let other = upstreams.pop().map(Upstream::close);
    for _ in 0..3 {
        let mut client = server.connect()?;
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")?;
        client.response("GET")?.expect_status(&client, 502)?;
        client.sees_end()?;
    }
    for address in [address, other].into_iter().flatten() {
        upstreams.push(Upstream::at(address)?);
    }
    let back = (0..4).map(|_| passes(&server, &upstreams)).collect::<Result<Vec<usize>, _>>()?;
    let both = back.contains(&0) && back.contains(&1);
    expect(&server, both, "upstreams that are back are asked again")
}

/// One connection with a word each way; the upstream that has got it.
fn passes(server: &Server, upstreams: &[Upstream]) -> Result<usize, grader::Failure> {
    let mut client = server.connect()?;
    let word = random::name();
    client.send(word.as_bytes())?;
    let (turn, mut upstream) = whose(server, upstreams)?;
    expect_eq(&client, "what a client sends arrives", &word, upstream.read(word.len())?)?;
    upstream.write(word.as_bytes())?;
    let got = client.read_exact_n(word.len())?;
    expect_eq(&client, "what the upstream sends arrives", &word, got)?;
    Ok(turn)
}

fn until_the_end(target: &Target) -> Verdict {
    let upstreams = [Upstream::new()?];
    let server = start(target, &upstreams)?;
    let mut client = server.connect()?;
    let (_, mut upstream) = whose(&server, &upstreams)?;
    server.stop(Signal::SIGTERM)?;
    let refused = || server.connect().is_err().then_some(());
    server.wait_until("the port to be free", refused)?;
    expect(&server, server.alive(), "the server waits for the connection that is open")?;
    client.send(b"last question")?;
    expect_eq(&client, "it still arrives", "last question", upstream.read(13)?)?;
    upstream.write(b"last answer")?;
    drop(upstream);
    let got = client.read_to_end()?;
    expect_eq(&client, "the answer arrives too", "last answer", got)?;
    drop(client);
    server.wait_until("the program to end, for nobody is connected any more", || {
        upstreams[0].turn_away();
        (!server.alive()).then_some(())
    })?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.success(), "the server ends with status 0")
}

/// More than a server of this kind needs beside its buffers.
const ENOUGH_KIB: u64 = 32 * 1024;

fn many(target: &Target) -> Verdict {
    let upstreams = [Upstream::new()?];
    let server = start(target, &upstreams)?;
    passes(&server, &upstreams)?;
    let (threads, memory) = (process::threads(server.pid()), process::resident_kib(server.pid()));
    let mut held = Vec::new();
    for _ in 0..100 {
        let client: Client = server.dial().receive_buffer(4096).connect()?;
        held.push((client, whose(&server, &upstreams)?));
    }
    let now = process::threads(server.pid());
    let few = now.unwrap_or(0) <= threads.unwrap_or(0) + 4;
    expect(&server, few, format!("100 connections take no threads: {threads:?} then {now:?}"))?;
    let unread = held.pop();
    if let Some((_, (_, mut upstream))) = unread {
        upstream.write_until_blocked(64 * 1024 * 1024)?;
    }
    let grown = process::resident_kib(server.pid()).unwrap_or(0) - memory.unwrap_or(0);
    let what = "an answer that nobody reads waits in the upstream and not in the server's memory";
    expect(&server, grown < ENOUGH_KIB, format!("{what}; it has grown by {grown} KiB"))?;
    passes(&server, &upstreams).map(drop)
}
