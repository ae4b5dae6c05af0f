//! A process for each connection, and each descriptor closed on the right side.

use grader::{Check, Framing, Server, Target, Verdict, expect, expect_eq, get, process};

use crate::family::{alive, connect, connect_so_many, count, says_hello};
use crate::hints;
use crate::idle::Stirrings;

pub const CHECKS: &[Check] = &[
    Check {
        id: "second-client-is-served-while-the-first-is-silent",
        title: "a client is served by a process of its own while an earlier one says nothing",
        rule: "POSIX fork(2)",
        hint: hints::FORK,
        run: two_at_once,
    },
    Check {
        id: "parent-closes-its-copy",
        title: "while twenty children serve, the parent has no more descriptors open than before",
        rule: "POSIX fork(2): the child gets copies of all descriptors",
        hint: hints::DROP_THE_CONNECTION,
        run: parent_closes,
    },
    Check {
        id: "client-sees-the-end",
        title: "an answer without Content-Length has an end that the client sees",
        rule: "RFC 9112 s6.3; POSIX close(2): it ends a connection only with the last descriptor",
        hint: "If the client hangs after the last byte, somebody still holds a copy of the \
               connection: the parent, or a child that was forked later. A server that calls \
               shutdown, as serve_connection does, hides it.",
        run: sees_the_end,
    },
    Check {
        id: "child-ends-with-its-connection",
        title: "each child ends when its client has been served",
        rule: "POSIX _exit(2)",
        hint: hints::END_THE_CHILD,
        run: child_ends,
    },
    Check {
        id: "child-does-not-listen",
        title: "no child holds the listening socket",
        rule: "POSIX close(2): the port is taken as long as one descriptor is open",
        hint: hints::DROP_THE_LISTENING_SOCKET,
        run: child_does_not_listen,
    },
    Check {
        id: "each-child-is-a-process-of-its-own",
        title: "what a child changes in memory does not reach the next one",
        rule: "PEP 3333, wsgi.multiprocess; POSIX fork(2): the child's memory is a copy",
        hint: "Nothing to do: /closed counts in the child, and the parent never sees it.",
        run: memory_is_not_shared,
    },
];

fn two_at_once(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut first, _) = connect(&server)?;
    let before = Stirrings::of(server.pid());
    let (mut second, _) = connect(&server).map_err(|failure| {
        let how = if is_busy(&server, before) { "is busy all the time" } else { "sleeps" };
        failure.detail(format!(
            "the first client has a child process, the second has none, and the parent {how}"
        ))
    })?;
    says_hello(&mut second)?;
    expect(&first, first.is_quiet(), "the first client is still connected")?;
    says_hello(&mut first)
}

/// More than a quarter of a second of a processor while the check waited: a parent that calls something
/// again and again has had more, even where many others want it, and one that sleeps has had next to none.
fn is_busy(server: &Server, before: Option<Stirrings>) -> bool {
    let after = Stirrings::of(server.pid());
    before.zip(after).is_some_and(|(before, after)| after.hundredths - before.hundredths > 25)
}

/// Counted once there is a child: only then has the server surely opened all that it needs. Its
/// copy of that client's connection may be open still, which is why there may be fewer later.
fn parent_closes(target: &Target) -> Verdict {
    let server = target.start()?;
    let (_first, _) = connect(&server)?;
    let descriptors = || process::descriptors(server.pid());
    let before = descriptors();
    let _others = connect_so_many(&server, 20)?;
    count(&server, 21)?;
    server
        .wait_until("the parent's copies to be closed", || (descriptors() <= before).then_some(()))
        .map_err(|failure| {
            let count = |open: Option<usize>| format!("{} open descriptors", open.unwrap_or(0));
            let failure = failure.look("ls /proc/PID/fd | wc -l");
            failure.expected(format!("at most {}", count(before))).got(count(descriptors()))
        })?;
    expect(&server, alive(&server).len() == 21, "the children still serve")
}

/// Twice: the second child is forked while the first connection is open, and inherits what the
/// parent has not closed.
fn sees_the_end(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut first, _) = connect(&server)?;
    let (mut second, _) = connect(&server)?;
    for client in [&mut first, &mut second] {
        client.send(b"GET /stream HTTP/1.0\r\n\r\n")?;
        let response = client.response("GET")?;
        response.expect_status(client, 200)?;
        let by_close = response.framing == Framing::Close;
        expect(client, by_close, "only the end of the connection ends this answer")?;
        expect_eq(client, "all parts arrive", "part1\npart2\npart3\n", response.content)?;
    }
    Ok(())
}

fn child_ends(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        let mut clients = [connect(&server)?.0, connect(&server)?.0, connect(&server)?.0];
        clients.iter_mut().try_for_each(says_hello)?;
        drop(clients); // a server may wait a moment for them to close
        count(&server, 0)?;
    }
    Ok(())
}

fn child_does_not_listen(target: &Target) -> Verdict {
    let server = target.start()?;
    let port = server.address().port();
    let listens = process::listening_ports(server.pid());
    expect(&server, listens.is_none_or(|ports| ports == [port]), "the parent listens")?;
    let (mut first, child) = connect(&server)?;
    let (_second, later) = connect(&server)?;
    for child in [child, later] {
        let closed = server
            .wait_until("the child's copy of the listening socket to be closed", || {
                process::listening_ports(child).is_none_or(|ports| ports.is_empty()).then_some(())
            });
        closed.map_err(|failure| failure.look("ss -ltnp # shows who holds it"))?;
    }
    says_hello(&mut first)
}

fn memory_is_not_shared(target: &Target) -> Verdict {
    let server = target.start()?;
    for _ in 0..3 {
        let (client, response) = get(&server, "/closed")?;
        response.expect_status(&client, 200)?;
        let count = response.text();
        expect_eq(&client, "each child starts to count at 0", "0", count.trim())?;
    }
    Ok(())
}
