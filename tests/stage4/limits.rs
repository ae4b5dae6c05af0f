//! How many children there may be. Each of these needs the whole machine: hundreds of processes.

use grader::{
    Check, Client, Failure, Server, Signal, Target, Verdict, expect, need_descriptors, process,
};

use crate::family::{alive, asks, connect_all, is_answered, none_left, says_hello};
use crate::hints;

/// How many may live at once.
const CHILDREN: usize = 256;
/// A client has one for each of them, and the server as well for a moment; there are others besides.
const DESCRIPTORS: u64 = 512;

pub const CHECKS: &[Check] = &[
    Check {
        id: "at-most-256-children",
        title: "the 257th client waits in the backlog, and is served when another one leaves",
        rule: "book/src/hard/limits.md: at most 256 live children; POSIX listen(2)",
        hint: hints::LIMIT,
        run: at_most_256,
    },
    Check {
        id: "full-server-stops-in-order",
        title: "a full server that stops still serves who waits in the backlog",
        rule: "book/src/stage4-fork/signals.md: a stopping server accepts what is queued",
        hint: "Full and stopping: wait for a child to end, not for the queue to be empty.",
        run: full_server_stops,
    },
];

/// A full server, a client that waits, and those that keep it waiting.
fn full(server: &Server) -> Result<(Client, Vec<Client>), Failure> {
    let silent = connect_all(server, CHILDREN)?;
    let mut waiting = server.connect()?;
    asks(&mut waiting)?;
    // Looking takes time enough for a server without a limit to fork.
    let within = || (0..50).all(|_| alive(server).len() <= CHILDREN);
    expect(server, within(), format!("there are at most {CHILDREN} children"))?;
    server.stop(Signal::SIGCHLD)?;
    let what = format!("there are at most {CHILDREN} children, also after a SIGCHLD of nobody's");
    expect(server, within(), what)?;
    rests(server)?;
    expect(&waiting, waiting.is_quiet(), "the next client waits")?;
    Ok((waiting, silent))
}

/// A busy parent may be seen asleep for once, and not in every look.
fn rests(server: &Server) -> Verdict {
    let asleep = || (0..100).all(|_| process::state(server.pid()) == Some('S'));
    let rests = server.wait_until("the parent to sleep", || asleep().then_some(()));
    rests.map_err(|failure| failure.look("ps -o pid,stat,time,args PID"))
}

/// A client that has been silent is served after all, and leaves.
fn leaves(mut client: Client) -> Verdict {
    says_hello(&mut client)
}

fn at_most_256(target: &Target) -> Verdict {
    need_descriptors(DESCRIPTORS)?;
    let server = target.launch().env("HEAD_TIMEOUT", "60").start()?;
    let (mut waiting, mut silent) = full(&server)?;
    leaves(silent.swap_remove(100))?;
    is_answered(&mut waiting)?;
    drop((waiting, silent));
    none_left(&server)
}

fn full_server_stops(target: &Target) -> Verdict {
    need_descriptors(DESCRIPTORS)?;
    let server = target.launch().env("HEAD_TIMEOUT", "60").env("STOP_TIMEOUT", "60").start()?;
    let (mut waiting, mut silent) = full(&server)?;
    server.stop(Signal::SIGTERM)?;
    leaves(silent.swap_remove(100))?;
    is_answered(&mut waiting)?;
    drop((waiting, silent));
    let status = server.wait_exit(8.0)?;
    expect(&server, status.success(), "the server ends with status 0")
}
