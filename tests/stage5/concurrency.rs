//! Many at once: whoever waits, be it a client or an application, is in nobody's way.

use grader::{
    Check, Client, Failure, Server, Target, Verdict, expect, expect_eq, need_descriptors, process,
};

use crate::asking::{busy, get, greets, idle, serves, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "two-hundred-idle",
        title: "while 200 silent connections are open a new client is served, and then each of them",
        rule: "issue: a task a connection, so that one that waits keeps nobody waiting",
        hint: "Serve each connection in a task of its own (tokio::spawn), and accept the next one.",
        run: two_hundred_idle,
    },
    Check {
        id: "few-threads",
        title: "two hundred open connections take neither a thread nor a process each",
        rule: "issue: one process, ten thousand connections",
        hint: "Await on the connection in place of blocking a thread on it; a thread is needed only \
               while an application runs.",
        run: few_threads,
    },
    Check {
        id: "slow-application",
        title: "an application that takes its time delays nobody else",
        rule: "issue: applications run on blocking threads",
        hint: "A call that blocks inside a task stops all tasks of that thread: spawn_blocking.",
        run: slow_application,
    },
    Check {
        id: "fifty-slow-applications",
        title: "while fifty slow requests run another client is served, and then all fifty end",
        rule: "book/src/stage5-async/hardening.md: 512 threads, the rest wait",
        hint: "A few threads for all blocking calls make them wait for each other.",
        run: fifty_slow,
    },
    Check {
        id: "pieces-as-they-are-made",
        title: "a piece reaches the client before the application makes the next one",
        rule: "PEP 3333, Buffering and Streaming",
        hint: "Send each piece through a channel to the connection's task, and write it at once.",
        run: pieces,
    },
];

const MANY: usize = 200;

fn two_hundred_idle(target: &Target) -> Verdict {
    need_descriptors(512)?;
    let server = start(target)?;
    let mut silent = silent(&server)?;
    serves(&server)?;
    let open = silent.iter().filter(|client| client.is_quiet()).count();
    expect(&server, open == MANY, format!("the silent connections are open: {open} of {MANY}"))?;
    silent.iter_mut().try_for_each(greets)
}

fn silent(server: &Server) -> Result<Vec<Client>, Failure> {
    (0..MANY).map(|_| server.connect()).collect()
}

fn few_threads(target: &Target) -> Verdict {
    need_descriptors(512)?;
    let server = start(target)?;
    // Each has been served, so whatever it costs has been spent; and each is still open.
    let clients: Vec<Client> = (0..MANY).map(|_| idle(&server)).collect::<Result<_, _>>()?;
    let open = clients.iter().filter(|client| client.is_quiet()).count();
    expect(&server, open == MANY, format!("the connections persist: {open} of {MANY}"))?;
    let children = process::children(server.pid()).len();
    // Where threads can't be counted there is nothing to find out.
    let threads = process::threads(server.pid()).unwrap_or(1);
    let what =
        format!("a few threads serve {MANY} connections: {threads} threads, {children} children");
    expect(&server, threads + children < MANY / 4, what)
}

fn slow_application(target: &Target) -> Verdict {
    let server = start(target)?;
    let slow: Vec<Client> = (0..3).map(|_| busy(&server)).collect::<Result<_, _>>()?;
    let waiting = slow.iter().all(Client::is_quiet);
    expect(&slow[0], waiting, "the slow answers take longer than the others")
}

fn fifty_slow(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut clients = Vec::new();
    for _ in 0..50 {
        let mut client = server.connect()?;
        client.send(get("/slow?ms=1000", "").as_bytes())?;
        clients.push(client);
    }
    // One after the other, or few at a time, they would keep this one waiting for too long.
    serves(&server)?;
    clients.iter_mut().try_for_each(|client| {
        let response = client.response("GET")?;
        response.expect_status(client, 200)?;
        expect_eq(client, "the answer is whole", "waited 1000 ms\n", response.content)
    })
}

/// The second piece would come in half a minute: whoever waits for it has nothing to show yet.
fn pieces(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    client.send(get("/stream?ms=30000", "").as_bytes())?;
    client.read_until("part1\n")?;
    serves(&server)
}
