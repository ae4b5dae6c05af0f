//! `EINTR` from every call that waits: each is interrupted once, and made again.

use super::{Calm, Fault};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::gateway::talk::{get, post};
use crate::random;
use crate::server::Server;
use crate::target::Target;

/// More than a socket takes at once, so that what is left over is interrupted, too.
const LONG: usize = 300_000;

/// The calls that a signal may interrupt, as far as the stages make them. Stage 5 has its log and
/// its runtime's own descriptors in `read` and `write`, which never wait there.
const fn calls(stage: u8) -> &'static str {
    match stage {
        5 => "accept,accept4,recvfrom,recvmsg,sendto,sendmsg,?epoll_wait,epoll_pwait",
        _ => {
            "accept,accept4,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,?poll,ppoll,\
             wait4"
        }
    }
}

/// What of them must have been interrupted, or nothing was tried.
const fn seen(stage: u8) -> &'static [&'static str] {
    match stage {
        1 => &["accept", "read", "write"],
        2 => &["accept", "recv", "send", "write"],
        3 => &["accept", "recv", "send", "write", "poll"],
        4 => &["accept", "recv", "send", "write", "poll", "wait4"],
        _ => &["accept", "recv", "send", "epoll"],
    }
}

/// The one check.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "faults-eintr",
        title: "a call that a signal interrupts is made again: no client notices",
        rule: "POSIX signal concepts; EINTR of accept, poll, read, recv, send, waitpid and write",
        hint: "EINTR says that nothing was done: make the call again.",
        run: interrupted::<STAGE>,
    }]
}

fn interrupted<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    let injected =
        Fault { calls: calls(STAGE), error: "EINTR", when: "1+2" }.put_into(&calm.server)?;
    for _ in 0..2 {
        calm.serves()?;
        match STAGE {
            1 => echoes(&calm.server)?,
            2 => {}
            _ => exchanges(&calm.server)?,
        }
    }
    seen(STAGE).iter().try_for_each(|call| injected.happened(call))?;
    drop(injected);
    calm.said_nothing()?;
    calm.is_as_before()
}

fn echoes(server: &Server) -> Verdict {
    let bytes = random::bytes(LONG);
    let mut client = server.connect()?;
    client.send_in_background(bytes.clone())?;
    let got = client.read_to_end()?;
    expect_eq(&client, "all of it comes back", bytes, got)
}

fn exchanges(server: &Server) -> Verdict {
    let content = random::bytes(LONG);
    let (client, echo) = ask(server, post("/echo", &content))?;
    expect_eq(&client, "all of it comes back", content, &echo.content)?;
    drop(client);
    let (client, stream) = ask(server, get("/stream?ms=1"))?;
    expect_eq(&client, "all parts come", "part1\npart2\npart3\n", &stream.content)?;
    drop(client);
    let (client, big) = ask(server, get(&format!("/big?n={LONG}")))?;
    expect(&client, big.content.len() == LONG, "a long answer is whole")
}
