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
//! | `leaving` | a connection that fails in the middle of a request or of its answer |
//! | `outputs` | standard input, output and error that are closed, full, or limited in size |
//! | `unruly` | the application that does what no application should |
//! | `strace` | how a fault is put into system calls |
//! | `calm` | a server as it was before |
//! | `machine` | what this machine lacks for it |
//! | `in_shell` | a server that a shell starts after a few words |

mod accepting;
mod calm;
mod in_shell;
mod interrupted;
mod leaving;
mod machine;
mod outputs;
mod strace;
pub mod unruly;

pub use calm::Calm;
pub use in_shell::in_shell;
pub use machine::{lacks, unless_left_out};
pub use strace::{Fault, Injected};

use crate::check::Check;

/// For the servers of stages 1 and 2.
#[must_use]
pub const fn of_first_stages<const STAGE: u8>() -> [Check; 5] {
    let [machine, client] = accepting::checks::<STAGE>();
    let [interrupted] = interrupted::checks::<STAGE>();
    let [outputs, size] = outputs::checks::<STAGE>();
    [machine, client, interrupted, outputs, size]
}

/// For the servers of applications: stages 3 to 5.
#[must_use]
pub const fn of_gateways<const STAGE: u8>() -> [Check; 8] {
    let [machine, client, interrupted, outputs, size] = of_first_stages::<STAGE>();
    let [connection] = leaving::checks::<STAGE>();
    let [endless, in_drop] = unruly::checks::<STAGE>();
    [machine, client, interrupted, outputs, size, connection, endless, in_drop]
}
