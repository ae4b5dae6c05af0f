//! What our own servers do when the machine fails: the checks that are the same for every stage.
//!
//! A fault is put into a server that runs, seen to have happened, and taken away again; what is
//! looked at is what the server says, whom it still serves, and that it is as before afterwards.
//! Learners' servers are not judged by this.
//!
//! | file | what it looks at |
//! | --- | --- |
//! | `accepting` | every error that `accept` may answer |
//! | `interrupted` | `EINTR` from every call that waits |
//! | `process_1` | being process 1 of a container |
//! | `leaving` | a connection that fails in the middle, or whose options can't be set |
//! | `outputs` | standard input, output and error that are closed, full, or limited in size |
//! | `staying` | a client that stays and does nothing |
//! | `unruly` | the application that does what no application should |
//! | `unread` | standard output and error that nobody reads |
//! | `strace` | how a fault is put into system calls |
//! | `calm` | a server as it was before |
//! | `in_shell` | a server that a shell starts after a few words |

mod accepting;
mod calm;
mod in_shell;
mod interrupted;
mod leaving;
mod outputs;
mod process_1;
mod staying;
mod strace;
mod unread;
pub mod unruly;

pub use accepting::lasting;
pub use calm::Calm;
pub(crate) use calm::told;
pub use in_shell::in_shell;
pub use leaving::options;
pub use process_1::{reaps, stops};
pub use strace::{Delay, Fault, Injected};
pub use unread::{lost_lines, unread};

use crate::check::Check;

/// For the servers of stages 1 and 2.
#[must_use]
pub const fn of_first_stages<const STAGE: u8>() -> [Check; 11] {
    let [machine, client, socket, lasting, every] = accepting::checks::<STAGE>();
    let [interrupted] = interrupted::checks::<STAGE>();
    let [outputs, size] = outputs::checks::<STAGE>();
    let [unread] = unread::<STAGE>();
    let ([stops], [reaps]) = (stops::<STAGE>(), reaps::<STAGE>());
    [machine, client, socket, lasting, every, interrupted, outputs, size, unread, stops, reaps]
}

/// For the servers of applications: stages 3 to 5.
#[must_use]
pub const fn of_gateways<const STAGE: u8>() -> [Check; 20] {
    let [
        machine,
        client,
        socket,
        lasting,
        every,
        interrupted,
        outputs,
        size,
        unheard,
        stops,
        reaps,
    ] = of_first_stages::<STAGE>();
    let [connection] = leaving::checks::<STAGE>();
    let [options] = options::<STAGE>();
    let [endless, in_drop, reset, quoted] = unruly::checks::<STAGE>();
    let [unread, answered, asked] = staying::checks::<STAGE>();
    [
        machine,
        client,
        socket,
        lasting,
        every,
        interrupted,
        outputs,
        size,
        unheard,
        stops,
        reaps,
        connection,
        options,
        endless,
        in_drop,
        reset,
        quoted,
        unread,
        answered,
        asked,
    ]
}
