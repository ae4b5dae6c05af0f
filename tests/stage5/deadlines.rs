//! A client has so long for a head, however it spreads the bytes.

use grader::{Check, Client, Failure, Server, Target, Verdict, expect};

use crate::asking::{greets, in_time, serves};

/// What shows it to a person, who types more slowly than a check.
const DRIBBLE: &str = "for i in $(seq 20); do printf x; sleep 1; done) | nc -N 127.0.0.1 8888";

const ONE_DEADLINE_BY_HAND: &str = "start the server with TOKIO_WORKER_THREADS=1 \
     HEAD_TIMEOUT=3; (sleep 2; printf 'GET / HTTP/1.1\\r\\nHost: '; sleep 2; \
     printf 'x\\r\\n\\r\\n'; sleep 1) | nc 127.0.0.1 8888";

/// Short for a check, long beside the time between two bytes of a client that dribbles.
const SECONDS: &str = "0.5";

/// Long enough for 200 clients on a busy machine.
const MORE_SECONDS: &str = "4";

pub const CHECKS: &[Check] = &[
    Check {
        id: "dribbled-head-408",
        title: "a client that sends a byte now and then is answered with 408 at the deadline",
        rule: "RFC 9110 s15.5.9; HEAD_TIMEOUT counts from the start, not from the last byte",
        hint: "timeout around one read starts anew with each byte: timeout_at around all of them.",
        run: |target| dribbled(target, "", Ok),
    },
    Check {
        id: "dribbled-second-head-408",
        title: "the deadline holds for the second head of a connection as for the first",
        rule: "RFC 9110 s15.5.9; it counts from the first byte of that head",
        hint: "The idle time between two requests ends with the next head's first byte.",
        run: |target| {
            let before = "printf 'GET /hello HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 1; ";
            dribbled(target, before, |mut client| {
                greets(&mut client)?;
                Ok(client)
            })
        },
    },
    Check {
        id: "first-head-has-one-deadline",
        title: "the first byte of the first head does not start its time anew",
        rule: "RFC 9110 s15.5.9; HEAD_TIMEOUT counts from the beginning of the connection",
        hint: "The first head's deadline is the beginning of the connection plus head.whole, whether its \
               first byte comes early or late. Only for a later head does the first byte count: it \
               ends the idle time.",
        run: |target| in_time([1.0, 6.0], |seconds| one_deadline(target, seconds)),
    },
];

pub const CROWD: &[Check] = &[Check {
    id: "two-hundred-dribblers",
    title: "while 200 clients dribble others are served, and each of the 200 gets its 408",
    rule: "issue: 200 clients that dribble; each is ended by the head's deadline",
    hint: "A deadline for each connection, in its own task; none for all of them together.",
    run: |target| in_time([SECONDS, MORE_SECONDS], |seconds| two_hundred(target, seconds)),
}];

fn start(target: &Target, seconds: &str) -> Result<Server, Failure> {
    let quiet = target.launch().arg("--quiet").env("IDLE_TIMEOUT", "60"); // it must not step in
    quiet.env("HEAD_TIMEOUT", seconds).start()
}

/// `typed` is what a person does `before`.
fn dribbled(
    target: &Target,
    typed: &str,
    before: fn(Client) -> Result<Client, Failure>,
) -> Verdict {
    dribbles(target, before).map_err(|failure| {
        let server = "start the server with HEAD_TIMEOUT=3 IDLE_TIMEOUT=60";
        let start = "printf 'GET / HTTP/1.1\\r\\nX: '";
        failure.by_hand(format!("{server}; ({typed}{start}; {DRIBBLE}"))
    })
}

/// A byte at each look, far more often than the deadline: only an absolute one is ever reached.
fn dribbles(target: &Target, before: fn(Client) -> Result<Client, Failure>) -> Verdict {
    let server = start(target, SECONDS)?;
    let mut client = before(server.connect()?)?;
    client.send(b"GET / HTTP/1.1\r\nX: ")?;
    server.wait_until("an answer to the client that dribbles", || {
        client.send_what_is_taken(b"x", 1);
        (!client.is_quiet()).then_some(())
    })?;
    times_out(&mut client)?;
    serves(&server)
}

fn times_out(client: &mut Client) -> Verdict {
    let response = client.response("GET")?;
    response.expect_status(client, 408)?;
    response.expect_field(client, "Connection", "close")?;
    client.sees_end()
}

/// Half the time passes before the first byte comes. What has come meanwhile and says nothing is
/// given up after the head that was begun.
fn one_deadline(target: &Target, seconds: f64) -> Verdict {
    let idle = (seconds / 4.0).to_string();
    let server = target.launch().arg("--quiet").env("IDLE_TIMEOUT", idle);
    let server = server.env("HEAD_TIMEOUT", seconds.to_string()).start()?;
    let mut slow = server.connect()?;
    is_idle(&server)?;
    let mut clock = server.connect()?;
    is_idle(&server)?;
    slow.send(b"GET / HTTP/1.1\r\n")?;
    clock.sees_end()?;
    let answered = !slow.is_quiet();
    expect(&slow, answered, "the 408 comes when the connection is as old as HEAD_TIMEOUT says")
        .and_then(|()| times_out(&mut slow))
        .map_err(|failure| failure.by_hand(ONE_DEADLINE_BY_HAND))
}

/// Until the idle time is over.
fn is_idle(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    greets(&mut client)?;
    client.sees_end()
}

fn two_hundred(target: &Target, seconds: &str) -> Verdict {
    let server = start(target, seconds)?;
    let mut dribblers: Vec<Client> =
        (0..200).map(|_| server.connect()).collect::<Result<_, _>>()?;
    dribblers.iter_mut().try_for_each(|client| client.send(b"GET / HTTP/1.1\r\nX: "))?;
    serves(&server)?;
    let quiet = |clients: &[Client]| clients.iter().filter(|client| client.is_quiet()).count();
    let dribbling = quiet(&dribblers);
    expect(&server, dribbling > 0, "a client is served before the others are given up")?;
    server.wait_until("answers to all clients that dribble", || {
        for client in dribblers.iter_mut().filter(|client| client.is_quiet()) {
            client.send_what_is_taken(b"x", 1);
        }
        (quiet(&dribblers) == 0).then_some(())
    })?;
    dribblers.iter_mut().try_for_each(times_out)?;
    serves(&server)
}
