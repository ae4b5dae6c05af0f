//! Every error that `accept` may answer: the machine's are said and waited for, a client's are no
//! news, and none of them ends a server.

use super::{Calm, Fault, unless_left_out};
use crate::check::{Check, Verdict};
use crate::target::Target;

/// What the machine has run out of, and how that is said.
const OF_THE_MACHINE: [(&str, &str); 4] = [
    ("EMFILE", "Too many open files"),
    ("ENFILE", "Too many open files in system"),
    ("ENOBUFS", "No buffer space available"),
    ("ENOMEM", "Cannot allocate memory"),
];

/// What happened to a client, or to the network, or to nobody: accept(2) of Linux names them.
const OF_A_CLIENT: [&str; 11] = [
    "ECONNABORTED",
    "EINTR",
    "EPERM",
    "EPROTO",
    "ENETDOWN",
    "ENETUNREACH",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "ENONET",
    "ENOPROTOOPT",
    "EOPNOTSUPP",
];

/// Both kinds. More than one in a row, since two in a row come from two clients as well.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 2] {
    [
        Check {
            id: "faults-accept-machine",
            title: "a machine that has run out of descriptors or memory is reported and outlived",
            rule: "POSIX accept(2): EMFILE, ENFILE, ENOBUFS, ENOMEM",
            hint: "Say so, wait a little, try again: the client is still in the backlog.",
            run: |target| unless_left_out(of_the_machine::<STAGE>(target)),
        },
        Check {
            id: "faults-accept-client",
            title: "no error of accept that is about one client ends the server, or is news",
            rule: "POSIX accept(2): ECONNABORTED; Linux accept(2): pending network errors",
            hint: "Name the few errors that end the server; all others: go on.",
            run: |target| unless_left_out(of_a_client::<STAGE>(target)),
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
