//! Many clients at once, good ones and bad ones. Each of these needs the whole machine.

use grader::{Check, Target, Verdict, expect, process};

use crate::family::{alive, asks, connect_so_many, is_answered, none_left, says_hello};

const CLIENTS: usize = 200;

pub const CHECKS: &[Check] = &[
    Check {
        id: "two-hundred-clients-at-once",
        title: "200 clients at once are served; no zombie and no descriptor is left afterwards",
        rule: "POSIX waitpid(2), close(2)",
        hint: "Reap in a loop, and drop the parent's copy of every connection.",
        run: many_at_once,
    },
    Check {
        id: "dribblers-hurt-nobody",
        title: "200 clients that send a byte now and then get a 408, and keep nobody waiting",
        rule: "RFC 9110 s15.5.9; HEAD_TIMEOUT counts from the start, not from the last byte",
        hint: "Each in a process of its own, with one deadline for the whole head.",
        run: dribblers,
    },
];

fn many_at_once(target: &Target) -> Verdict {
    let server = target.start()?;
    says_hello(&mut server.connect()?)?;
    none_left(&server)?; // its loop has come round: it has opened all that it needs
    let before = process::descriptors(server.pid());
    let mut clients = connect_so_many(&server, CLIENTS)?;
    clients.iter_mut().try_for_each(asks)?;
    clients.iter_mut().try_for_each(is_answered)?;
    drop(clients);
    none_left(&server)?;
    let after = process::descriptors(server.pid());
    let open = |count: Option<usize>| count.map_or("?".into(), |count| count.to_string());
    let (was, is) = (open(before), open(after));
    expect(
        &server,
        after == before,
        format!("as many descriptors are open as before: {was}, now {is}"),
    )
}

fn dribblers(target: &Target) -> Verdict {
    let server = target.launch().env("HEAD_TIMEOUT", "1").start()?;
    let mut clients = connect_so_many(&server, CLIENTS)?;
    for client in &mut clients {
        client.send_what_is_taken(b"GET / HTTP/1.1\r\nX: ", 100);
    }
    says_hello(&mut server.connect()?)?;
    let meanwhile = alive(&server).len();
    expect(&server, meanwhile > 0, "the normal client is served while the others dribble")?;
    let mut dribbling: Vec<usize> = (0..CLIENTS).collect();
    server.wait_until("a 408 to every client that dribbles", || {
        dribbling.retain(|&at| {
            clients[at].send_what_is_taken(b"x", 1);
            clients[at].is_quiet()
        });
        dribbling.is_empty().then_some(())
    })?;
    for client in &mut clients {
        client.response("GET")?.expect_status(client, 408)?;
    }
    drop(clients);
    none_left(&server)
}
