//! Many clients are echoed at the same time, in one thread.

use grader::{Check, Client, Server, Target, Verdict, expect, patience, process, wait_until};

use crate::echo::{echoes, numbered_lines, same, sleeps};

pub const CHECK: Check = Check {
    id: "two-at-once",
    title: "clients are echoed at the same time, in one thread, and a silent one keeps nobody waiting",
    rule: "POSIX poll(2)",
    hint: "Keep the connections in a list. Wait with poll for the listening socket and all of \
           them; then accept, or read and write, where poll says so.",
    run: two_at_once,
};

const MORE: usize = 20;

fn two_at_once(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut first = server.connect()?;
    echoes(&mut first, b"first\n")?;
    let threads = process::threads(server.pid());
    let mut second = server.connect()?;
    answered_beside(&mut first, &mut second)?;
    // From here on the first one is silent.
    let mut more = (0..MORE).map(|_| server.connect()).collect::<Result<Vec<Client>, _>>()?;
    for size in [10, 1000, 10_000] {
        more.iter_mut().rev().try_for_each(|client| echoes(client, &numbered_lines(size)))?;
    }
    alone(&server, threads)?;
    sleeps(&server)?;
    they_leave(more)?;
    echoes(&mut first, b"first again\n")?;
    echoes(&mut second, b"second again\n")?;
    sleeps(&server)
}

/// The first client goes on talking while the second one waits: so a server of one client at a time
/// is known for what it is as soon as it has answered the one for a second and not the other.
pub fn answered_beside(first: &mut Client, second: &mut Client) -> Verdict {
    let sent = b"second\n";
    second.send(sent)?;
    let answered = wait_until(patience(1.0), "an answer", || match echoes(first, b"first\n") {
        Ok(()) => (!second.is_quiet()).then_some(Ok(())),
        failed => Some(failed),
    });
    let what = "for a second the first client was answered, and a second one that is connected too \
                was not";
    let by_hand = "nc 127.0.0.1 8888, in two terminals at the same time, and type into both";
    answered.map_err(|failure| failure.retitled(what).by_hand(by_hand).of(second))??;
    let got = second.read_exact_n(sent.len())?;
    same(second, sent, &got)
}

/// No thread and no process has come with the clients, as far as that can be seen.
fn alone(server: &Server, before: Option<usize>) -> Verdict {
    let now = process::threads(server.pid());
    let children = process::children(server.pid()).len();
    let what = format!(
        "{} clients need no more threads than one, and no processes; it has {} threads now and {} \
         before, and {children} processes",
        MORE + 2,
        now.unwrap_or(0),
        before.unwrap_or(0),
    );
    expect(server, now <= before && children == 0, what)
}

/// In each way in which clients leave.
fn they_leave(mut clients: Vec<Client>) -> Verdict {
    for mut client in clients.drain(..MORE / 2) {
        client.half_close()?;
        client.sees_end()?;
    }
    clients.drain(..MORE / 4).try_for_each(Client::reset)
}
