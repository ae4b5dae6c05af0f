//! WebSocket at /talk: the handshake, the frames, and that all hear what one says.

use grader::{Check, Client, Server, Signal, Target, Verdict};
use grader::{ask, expect, process, random};

use super::talker::{BINARY, CLOSE, LAST, PING, PONG, TEXT, Talker, handshake, masked};

pub const CHECKS: &[Check] = &[
    Check {
        id: "talk-handshake",
        title: "GET /talk switches to WebSocket, and a text that is said comes back",
        rule: "RFC 6455 s4.2: 101 Switching Protocols; s5: frames",
        hint: "Answer with 101 and Sec-WebSocket-Accept. From there on, what comes on the \
               connection is frames, also what has come behind the head already.",
        run: |target| shown(switches(target)),
    },
    Check {
        id: "talk-refuses",
        title: "what is no handshake is answered as HTTP: 400, 426, or as if there were no /talk",
        rule: "RFC 6455 s4.2.1 and s4.4; RFC 9110 s15.5.22: 426 Upgrade Required",
        hint: "No key: 400. Another version than 13: 426 with Sec-WebSocket-Version: 13. Another \
               path: the application answers, and the Upgrade is ignored.",
        run: |target| shown(refuses(target)),
    },
    Check {
        id: "talk-frames",
        title: "frames of each length come back whole; fragments are joined; ping, pong and close",
        rule: "RFC 6455 s5.2 to s5.5, s7.4.1 and s8.1",
        hint: "Read a frame only when all of it is there. Control frames may come between the \
               fragments of a message. What breaks the rules is answered with a close frame.",
        run: |target| shown(frames(target)),
    },
    Check {
        id: "talk-reaches-all",
        title: "what one says all hear, in the same order, whoever of them is silent or does not read",
        rule: "issue: a task waits for its client and for the others at once",
        hint: "Each connection's task waits, with select!, for its own client and for a channel \
               that all share: tokio::sync::broadcast.",
        run: |target| shown(reaches_all(target)),
    },
    Check {
        id: "talk-ends-at-sigterm",
        title: "at SIGTERM each talk ends with the code 1001, and the server with status 0",
        rule: "RFC 6455 s7.4.1: 1001, going away",
        hint: "It is one more thing to wait for in the same select!: the watch of step 7.",
        run: |target| shown(ends_at_sigterm(target)),
    },
];

fn shown(verdict: Verdict) -> Verdict {
    let console = "in the console of a browser that shows http://127.0.0.1:8888/: \
                   w = new WebSocket('ws://127.0.0.1:8888/talk'); w.onmessage = e => \
                   console.log(e.data); then w.send('hello')";
    verdict.map_err(|failure| failure.by_hand(console))
}

fn switches(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "0.5").env("IDLE_TIMEOUT", "0.2").start()?;
    let mut idle = Talker::join(&server)?;
    for _ in 0..4 {
        let mut talker = Talker::join(&server)?;
        let word = random::name();
        talker.says(TEXT, word.as_bytes())?;
        talker.hears(TEXT, word.as_bytes())?;
        talker.says(CLOSE, &1000_u16.to_be_bytes())?;
        talker.is_closed(1000)?;
    }
    // A client that says nothing at all is let go; a talk is not idle, however silent.
    server.connect()?.ending()?;
    idle.0.send(&masked(LAST | PING, b"still here?"))?;
    while idle.frame()? != (LAST | PONG, b"still here?".to_vec()) {}
    let mut early = Talker::join_saying(server.connect()?, &masked(LAST | TEXT, b"already here"))?;
    early.hears(TEXT, b"already here")
}

fn refuses(target: &Target) -> Verdict {
    let server = target.start()?;
    Talker::join(&server)?;
    let right = handshake("dGhlIHNhbXBsZSBub25jZQ==", 0);
    let without_key: Vec<&str> = right.split_inclusive("\r\n").collect();
    let without_key = without_key.into_iter().filter(|line| !line.starts_with("Sec-WebSocket-Key"));
    let (client, response) = ask(&server, without_key.collect::<String>())?;
    response.expect_status(&client, 400)?;
    let (client, response) = ask(&server, right.replace("Version: 13", "Version: 12"))?;
    response.expect_status(&client, 426)?;
    response.expect_field(&client, "Sec-WebSocket-Version", "13")?;
    let (client, response) = ask(&server, right.replace("/talk", "/hello"))?;
    response.expect_status(&client, 200)
}

const LENGTHS: [usize; 7] = [0, 1, 125, 126, 127, 65_535, 65_536];

fn frames(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut talker = Talker::join(&server)?;
    for length in LENGTHS {
        let data = random::bytes(length);
        talker.says(BINARY, &data)?;
        talker.hears(BINARY, &data)?;
    }
    talker.0.send_bytewise(&masked(LAST | TEXT, "Grüße".as_bytes()))?;
    talker.hears(TEXT, "Grüße".as_bytes())?;
    // Cut inside of a letter, with a ping between.
    let (start, rest) = "für alle".as_bytes().split_at(2);
    let fragments =
        [masked(TEXT, start), masked(LAST | PING, b"there?"), masked(0, rest), masked(LAST, b"!")];
    talker.0.send(&fragments.concat())?;
    talker.hears(PONG, b"there?")?;
    talker.hears(TEXT, "für alle!".as_bytes())?;
    let many: Vec<u8> = (0..100).flat_map(|_| masked(LAST | TEXT, b"again")).collect();
    talker.0.send(&many)?;
    (0..100).try_for_each(|_| talker.hears(TEXT, b"again"))?;
    let wrong: [(&[u8], u16); 6] = [
        (&[LAST | TEXT, 2, b'h', b'i'], 1002),       // not masked
        (&masked(LAST | 0x40 | TEXT, b"hi"), 1002),  // a reserved bit
        (&masked(LAST | 3, b"hi"), 1002),            // a reserved opcode
        (&masked(LAST, b"goes on"), 1002),           // no message has begun
        (&masked(PING, b"hi"), 1002),                // a control frame in fragments
        (&masked(LAST | TEXT, &[0xC3, 0x28]), 1007), // no UTF-8
    ];
    for (frame, code) in wrong {
        let mut talker = Talker::join(&server)?;
        talker.0.send(frame)?;
        talker.is_closed(code)?;
    }
    let mut talker = Talker::join(&server)?;
    talker.0.send(&[&[LAST | BINARY, 0xFF][..], &u64::MAX.to_be_bytes()].concat())?;
    talker.is_closed(1009)
}

const SILENT: usize = 100;

fn reaches_all(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut first = Talker::join(&server)?;
    let before = process::threads(server.pid());
    let mut silent =
        (0..SILENT).map(|_| Talker::join(&server)).collect::<Result<Vec<Talker>, _>>()?;
    let mut second = Talker::join(&server)?;
    for round in 0..10 {
        let word = format!("{round} {}", random::name());
        let speaker = if round % 2 == 0 { &mut first } else { &mut second };
        speaker.says(TEXT, word.as_bytes())?;
        first.hears(TEXT, word.as_bytes())?;
        second.hears(TEXT, word.as_bytes())?;
        silent.iter_mut().try_for_each(|talker| talker.hears(TEXT, word.as_bytes()))?;
    }
    let now = process::threads(server.pid());
    let few = now.unwrap_or(0) <= before.unwrap_or(0) + 4;
    expect(&server, few, format!("{SILENT} talks take no threads: {before:?} then {now:?}"))?;
    drop((silent, first));
    unread(&server, second)
}

/// One of two reads nothing; the other hears itself all the same.
fn unread(server: &Server, mut talker: Talker) -> Verdict {
    let deaf = Talker::join_deaf(server)?;
    let memory = process::resident_kib(server.pid()).unwrap_or(0);
    let data = random::bytes(64_000);
    for _ in 0..400 {
        talker.says(BINARY, &data)?;
        talker.hears(BINARY, &data)?;
    }
    let grown = process::resident_kib(server.pid()).unwrap_or(0).saturating_sub(memory);
    let what = "what one client does not read is not kept for it without end";
    expect(server, grown < 14 * 1024, format!("{what}; the memory has grown by {grown} KiB"))?;
    drop(deaf);
    talker.says(TEXT, b"still here")?;
    talker.hears(TEXT, b"still here")
}

fn ends_at_sigterm(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut talkers = [Talker::join(&server)?, Talker::join(&server)?];
    talkers[0].says(TEXT, b"hello")?;
    talkers.iter_mut().try_for_each(|talker| talker.hears(TEXT, b"hello"))?;
    let _silent: Client = server.connect()?;
    server.stop(Signal::SIGTERM)?;
    talkers.iter_mut().try_for_each(|talker| talker.is_closed(1001))?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.success(), "the server ends with status 0")
}
