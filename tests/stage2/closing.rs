//! Closing a connection on which the client may still be sending: gently, and not for ever.

use std::time::{Duration, Instant};

use grader::{Check, Client, Failure, Server, Target, Verdict};
use grader::{answered, expect, patience, wait_until};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A little less than the two seconds for which a server reads on.
const ALMOST_TWO_SECONDS: Duration = Duration::from_millis(1500);

pub const CHECKS: &[Check] = &[
    Check {
        id: "unread-content-does-not-eat-the-answer",
        title: "a client that sends more than the head gets its answer whole, without a reset",
        rule: "RFC 9112 s9.6: close in stages, or a reset may take the answer from the client",
        hint: "Shut down the write side, read until the client has closed too, and only then close.",
        run: unread_content,
    },
    Check {
        id: "reads-on-after-the-answer",
        title: "a client sees the end of its answer, and can still send the rest of its request",
        rule: "RFC 9112 s9.6: close in stages; what is sent to a closed socket is answered by a reset",
        hint: "After the answer, shut down the write side, and that alone: it is the end for which \
               the client waits. Then read and throw away until read returns 0 or two seconds are \
               over. Shutdown::Both reads nothing.",
        run: reads_on,
    },
    Check {
        id: "gives-up-after-two-seconds",
        title: "a client that has its answer keeps the next one waiting for two seconds at most",
        rule: "RFC 9112 s9.6 says to read on; for how long is for the server to say, here two seconds",
        hint: "Read on for about two seconds, unless the client leaves before.",
        run: gives_up,
    },
];

const MUCH_BY_HAND: &str = "(printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; \
                            head -c 1048576 /dev/zero) | nc -N 127.0.0.1 8888";
const REST_BY_HAND: &str = "(printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 1; \
                            head -c 640000 /dev/zero || echo not taken >&2) | nc -N 127.0.0.1 8888";

fn unread_content(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = vec![b'x'; 1024 * 1024];
    for _ in 0..3 {
        let mut client = server.connect()?;
        let head =
            format!("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", content.len());
        client.send(&[head.as_bytes(), &content].concat())?;
        let seen = client.response("GET").and_then(|response| {
            response.expect_status(&client, 200)?;
            client.sees_end()
        });
        seen.map_err(|failure| failure.by_hand(MUCH_BY_HAND))?;
    }
    answered(&server, REQUEST, 200)
}

/// A server waits two seconds for the rest, and on a busy machine they may be over.
fn reads_on(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut verdict = Ok(());
    for _ in 0..3 {
        verdict = sends_the_rest(&server);
        if verdict.is_ok() {
            break;
        }
    }
    verdict?;
    answered(&server, REQUEST, 200)
}

fn sends_the_rest(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 640000\r\n\r\n")?;
    client.response("GET")?.expect_status(&client, 200)?;
    client.sees_end()?;
    takes_the_rest(&mut client).map_err(|failure| failure.by_hand(REST_BY_HAND))
}

/// A client that has its answer, whole and with its end, can go on sending.
pub fn takes_the_rest(client: &mut Client) -> Verdict {
    let piece = [b'x'; 10_000];
    (0..64).try_for_each(|_| client.send(&piece)).map_err(|failure: Failure| {
        failure.retitled("expected that the rest of the request is still taken after the answer")
    })
}

fn gives_up(target: &Target) -> Verdict {
    let server = target.start()?;
    let pause = shortest_pause(&server)?;
    expect(
        &server,
        pause < ALMOST_TWO_SECONDS,
        "the next client is served once the last has left",
    )?;
    let start = Instant::now();
    let mut stays = server.connect()?;
    stays.send(REQUEST.as_bytes())?;
    stays.response("GET")?.expect_status(&stays, 200)?;
    let mut next = server.connect()?;
    next.send(REQUEST.as_bytes())?;
    wait_until(patience(5.0), "the answer to a second client", || {
        stays.send_what_is_taken(b"x", 1);
        (!next.is_quiet()).then_some(())
    })
    .map_err(|failure| {
        let first = "a first client had its answer, and went on sending a byte now and then";
        let typed = "(printf 'GET / HTTP/1.1\\r\\n\\r\\n'; while sleep 0.1; do printf x; done)";
        let by_hand = format!("{typed} | nc 127.0.0.1 8888; meanwhile, open the page in a browser");
        failure.detail(first).by_hand(by_hand).of(&next)
    })?;
    let waited = start.elapsed();
    next.response("GET")?.expect_status(&next, 200)?;
    let what = format!(
        "a client that has its answer is read from for two seconds; here, the next one was served \
         {:.1} s after it had come",
        waited.as_secs_f64()
    );
    expect(&next, waited > ALMOST_TWO_SECONDS, what)
}

/// Of some clients that leave with their answer, the one for which its turn took least.
fn shortest_pause(server: &Server) -> Result<Duration, Failure> {
    answered(server, REQUEST, 200)?;
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        answered(server, REQUEST, 200)?;
        shortest = shortest.min(start.elapsed());
    }
    Ok(shortest)
}
