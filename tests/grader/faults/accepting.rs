//! Every error that `accept` may answer: the machine's are said and waited for, known or not, a
//! client's are not worth reporting, and none of them ends a server or keeps a processor busy.

use std::time::{Duration, Instant};

use super::{Calm, Fault, Injected};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::Failure;
use crate::server::Server;
use crate::target::Target;

/// What the machine has run out of, or forbids, or what no list names; and how that is said.
const OF_THE_MACHINE: [(&str, &str); 6] = [
    ("EPERM", "Operation not permitted"),
    ("EBUSY", "Device or resource busy"),
    ("EMFILE", "Too many open files"),
    ("ENFILE", "Too many open files in system"),
    ("ENOBUFS", "No buffer space available"),
    ("ENOMEM", "Cannot allocate memory"),
];

/// What happened to a client, or to the network, or to nobody: accept(2) of Linux names them.
const OF_A_CLIENT: [&str; 11] = [
    "ECONNABORTED",
    "EINTR",
    "EPROTO",
    "ENETDOWN",
    "ENETUNREACH",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "ENONET",
    "ENOPROTOOPT",
    "EOPNOTSUPP",
    "ETIMEDOUT",
];

/// Both kinds. More than one in a row, since two in a row come from two clients as well.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 5] {
    let [lasting, of_every_client] = lasting::<STAGE>();
    [
        Check {
            id: "faults-accept-machine",
            title: "an error of accept that is not about one client is reported and survived",
            rule: "POSIX accept(2): EMFILE, ENFILE, ENOBUFS, ENOMEM; Linux accept(2): EPERM",
            hint: "Say so, wait a little, try again: the client is still in the backlog.",
            run: of_the_machine::<STAGE>,
        },
        Check {
            id: "faults-accept-client",
            title: "no error of accept that is about one client ends the server, or is news",
            rule: "POSIX accept(2): ECONNABORTED; Linux accept(2): pending network errors",
            hint: "Name the errors that are about one connection: go on after those, and only those.",
            run: of_a_client::<STAGE>,
        },
        Check {
            id: "faults-accept-socket",
            title: "an error of accept that is about the listening socket stops the server",
            rule: "POSIX accept(2): EBADF, EINVAL, ENOTSOCK, EFAULT",
            hint: "Let accept's error be main's: one line on stderr, and status 1.",
            run: of_the_socket::<STAGE>,
        },
        lasting,
        of_every_client,
    ]
}

/// For every server of this repository: what the checks above can't see in one or two errors.
#[must_use]
pub const fn lasting<const STAGE: u8>() -> [Check; 2] {
    [
        Check {
            id: "faults-accept-lasting",
            title: "an error of accept that lasts is reported once, and tried again more and more rarely",
            rule: "book/src/hard/faults.md: say so, and wait; no error is a busy loop",
            hint: "Sleep before the next try: 0.1 s at first, twice as long each time, up to a second. \
                   A success ends that.",
            run: lasts::<STAGE>,
        },
        Check {
            id: "faults-accept-every-client",
            title: "errors about one client that never stop do not keep the processor busy",
            rule: "book/src/hard/faults.md: no error is a busy loop",
            hint: "Count them; a success starts the count again. After many, pause.",
            run: of_every_client::<STAGE>,
        },
    ]
}

fn of_the_machine<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    for (error, words) in OF_THE_MACHINE {
        outlives(&calm, error)?;
        calm.server.wait_for_line(&format!("a line about accept and {error}"), |line| {
            line.starts_with("accept: ") && line.contains(words)
        })?;
    }
    calm.is_as_before()
}

fn of_a_client<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    OF_A_CLIENT.iter().try_for_each(|error| outlives(&calm, error))?;
    calm.said_nothing()?;
    calm.is_as_before()
}

/// The client that comes meanwhile is served as soon as `accept` works again.
fn outlives<const STAGE: u8>(calm: &Calm<STAGE>, error: &'static str) -> Verdict {
    let fault = Fault { calls: "accept,accept4", error, when: "1..2" };
    let injected = fault.put_into(&calm.server)?;
    calm.serves()?;
    injected.happened("accept")
}

fn of_the_socket<const STAGE: u8>(target: &Target) -> Verdict {
    for (error, words) in [("EINVAL", "Invalid argument"), ("EBADF", "Bad file descriptor")] {
        let calm = Calm::<STAGE>::start(target)?;
        let fault = Fault { calls: "accept,accept4", error, when: "1+" };
        let injected = fault.put_into(&calm.server)?;
        calm.server.wait_until("the server to stop", || {
            let _ = calm.server.connect(); // see `begins`
            (!calm.server.alive()).then_some(())
        })?;
        let status = calm.server.wait_exit(8.0)?;
        drop(injected);
        expect(
            &calm.server,
            status.code() == Some(1),
            format!("it stops with status 1: {status}"),
        )?;
        calm.server.wait_for_line(&format!("a line with {error}"), |line| line.contains(words))?;
    }
    Ok(())
}

/// The fifth try comes 0.1 + 0.2 + 0.4 + 0.8 s after the first. A machine that is busy makes it later.
const FIVE_TRIES: Duration = Duration::from_millis(1200);

fn lasts<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    for time in 1..=2 {
        let fault = Fault { calls: "accept,accept4", error: "EPERM", when: "1+" };
        let injected = fault.put_into(&calm.server)?;
        begins(&calm.server, &injected)?;
        let first = Instant::now();
        hits(&calm.server, &injected, 5)?;
        let all = first.elapsed();
        let what = format!("the pauses between five tries grow; all of them took {all:?}");
        expect(&calm.server, all >= FIVE_TRIES, what)?;
        drop(injected);
        calm.serves()?;
        let said = calm.server.stderr_lines();
        let reported = said.iter().filter(|line| line.starts_with("accept: ")).count();
        let what = "each time that it begins it is reported once";
        expect(&calm.server, reported == time, format!("{what}: {said:?}"))?;
    }
    calm.is_as_before()
}

/// Waits until `accept` fails. The call in which the server sleeps when `strace` comes may still bring
/// a client, so the clients leave at once, and there is one more each time.
fn begins(server: &Server, injected: &Injected) -> Result<(), Failure> {
    server.wait_until("accept to fail", || {
        let _ = server.connect(); // refused by a full backlog, in which there are enough
        (injected.hits("accept") > 0).then_some(())
    })
}

fn hits(server: &Server, injected: &Injected, number: usize) -> Result<(), Failure> {
    let what = format!("call number {number} of accept");
    server.wait_until(&what, || (injected.hits("accept") >= number).then_some(()))
}

/// How many calls are let pass before the first pause.
const IN_A_ROW: usize = 128;

fn of_every_client<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    let fault = Fault { calls: "accept,accept4", error: "ECONNABORTED", when: "1+" };
    let injected = fault.put_into(&calm.server)?;
    begins(&calm.server, &injected)?;
    hits(&calm.server, &injected, IN_A_ROW)?;
    let first = Instant::now();
    hits(&calm.server, &injected, 4 * (IN_A_ROW + 2))?;
    let all = first.elapsed();
    let what = format!("it pauses now and then; three times as many took {all:?}");
    expect(&calm.server, all >= Duration::from_millis(600), what)?;
    drop(injected);
    calm.is_as_before()
}
