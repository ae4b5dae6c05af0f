//! One client after the other, whatever the last one did.

use grader::{
    Check, Failure, Server, Signal, Target, Verdict, expect, expect_eq, patience, process,
    wait_until,
};

use crate::echo::{echoes, is_stopped, numbered_lines, sees_end, sleeps, visit};

pub const CHECKS: &[Check] = &[
    Check {
        id: "next-client",
        title: "one client after the other is served, however many come",
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
        hint: "The error of echo belongs to this one client. Neither ? nor unwrap: print it, and go \
               on with the next client.",
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
        id: "second-server",
        title: "a second server on the port of one that runs ends with an error",
        rule: "POSIX bind(2), EADDRINUSE; socket(7): SO_REUSEADDR, SO_REUSEPORT",
        hint: "Two servers share one port, and each gets some of the clients: that is \
               SO_REUSEPORT. Set SO_REUSEADDR, sockopt::ReuseAddr: it takes no port from a server \
               that runs. And let the error of bind end the program.",
        run: second_server,
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
];

/// Who closes a connection without reading what has come on it ends it with a reset.
const RESET_BY_HAND: &str = "bash -c '(echo hello; sleep 1) > /dev/tcp/127.0.0.1/8888'; \
                             then a client that behaves: echo hi | nc -N 127.0.0.1 8888";

const LEFT_BY_HAND: &str = "Ctrl-Z in the server's terminal; in another one, bash -c 'seq 4000 > \
                            /dev/tcp/127.0.0.1/8888'; then fg, and the server must go on";

const NEXT_BY_HAND: &str = "echo hi | nc -N 127.0.0.1 8888, and the same again: each time hi must \
                            come back, and the command end";

/// So few that a server which loses one with each client soon has none left; more than any other
/// server needs.
const DESCRIPTORS: usize = 100;

const MANY_BY_HAND: &str = "for i in $(seq 120); do echo hi | nc -N 127.0.0.1 8888; done";

const SECOND_BY_HAND: &str = "start the server in two terminals: the second one must end";

const NOTHING_BY_HAND: &str = "nc -N 127.0.0.1 8888 < /dev/null, which must end by itself; \
                               then echo hi | nc -N 127.0.0.1 8888";

fn next_client(target: &Target) -> Verdict {
    visits(&target.start()?, 3, NEXT_BY_HAND)?;
    visits(&target.launch().descriptors(DESCRIPTORS).start()?, DESCRIPTORS + 20, MANY_BY_HAND)
}

fn visits(server: &Server, count: usize, by_hand: &str) -> Verdict {
    (1..=count).try_for_each(|number| {
        let which = format!("this was client number {number}, one after the other");
        visit(server).map_err(|failure| failure.detail(which).by_hand(by_hand))
    })
}

fn second_server(target: &Target) -> Verdict {
    let server = target.start()?;
    server.connect()?;
    let second = target.launch().env("PORT", server.address().port().to_string()).run();
    let finished = second.map_err(|failure| failure.by_hand(SECOND_BY_HAND))?;
    expect(&finished, !finished.status.success(), "the second server ends with an error")
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
        visit(&server).map_err(|failure| {
            let before = "just before, two other clients had reset their connections";
            failure.detail(before).by_hand(RESET_BY_HAND)
        })?;
    }
    leaves_before_its_bytes_are_back(&server)?;
    visit(&server).map_err(|failure| {
        let before = "just before, another client had sent 20,000 bytes and left";
        failure.detail(before).by_hand(LEFT_BY_HAND)
    })?;
    expect(&server, server.alive(), "the server still runs")
}

/// The server is stopped meanwhile, so that it finds the end of what was sent before it writes: then
/// a write fails with EPIPE, and not with ECONNRESET.
fn leaves_before_its_bytes_are_back(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    echoes(&mut client, b"hello")?;
    server.stop(Signal::SIGSTOP)?;
    is_stopped(server)?;
    client.send(&numbered_lines(20_000))?;
    drop(client);
    server.stop(Signal::SIGCONT)
}

fn client_resets_in_mid_transfer(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        let mut client = server.dial().receive_buffer(16 * 1024).connect()?;
        client.send_in_background(vec![b'x'; 32 * 1024 * 1024])?;
        client.read_exact_n(1)?;
        // This client reads no more, so the server comes to wait in write.
        sleeps(&server)?;
        client.reset()?;
        visit(&server)?;
    }
    expect(&server, server.alive(), "the server still runs")
}

fn client_says_nothing(target: &Target) -> Verdict {
    let by_hand = |failure: Failure| failure.by_hand(NOTHING_BY_HAND);
    let server = target.start()?;
    for _ in 0..3 {
        drop(server.connect()?);
        let mut client = server.connect()?;
        client.half_close()?;
        sees_end(&mut client).map_err(by_hand)?;
    }
    visit(&server).map_err(by_hand)
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
