//! Each door, driven by the checks that the stages have, and by a few of its own. A check that a door
//! can't pass by its nature is named in `LEFT`, with the reason.

#[path = "faults.rs"]
mod faults;
#[path = "holds.rs"]
mod holds;
#[path = "own.rs"]
mod own;
#[path = "persistent.rs"]
mod persistent;
#[path = "talk.rs"]
mod talk;

use std::process::ExitCode;

use grader::harness::{self, Arguments, Failed, Trial};
use grader::{Check, Target, contract, gateway};

/// The doors that print a line for each request; the others have nothing to say that could be lost.
const UNREAD: &[Check] = &grader::faults::unread::<3>();

/// A door: its name, its program, and which checks it is asked.
struct Door {
    name: &'static str,
    program: &'static str,
    checks: &'static [&'static [Check]],
    /// The ids of checks that are not for it.
    left: &'static [&'static str],
}

/// hyper is another server than ours, and right in its own way.
const HYPERS_OWN: &[&str] = &[
    // To a client of HTTP/1.0 it answers with this version.
    "environ-server",
    "body-for-http-1-0",
    "body-http-1-0-with-a-length",
    // Its map of fields keeps those of one name together.
    "start-response-fields",
    // When a body fails, it drops what it has not written yet, the head included.
    "exc-info-too-late",
    "failing-after-output",
    "declared-too-much",
    "page-links-work",
    // It closes without reading on, and without an answer when a head is late.
    "size-413-reaches-a-client-that-still-sends",
    "deadline-of-a-slow-head",
    // It counts lengths in 64 bits less one; what it lets pass is our adapter's: see `own::LIMIT`.
    "size-declared-413",
    "size-numbers-up-to-64-bits",
    // Its type for URIs takes neither a grave accent in a path nor bytes that are no UTF-8.
    "targets-with-any-byte",
    "environ-of-targets-that-clients-send",
    // It has no log.
    "log-no-control-bytes",
];

const DOORS: &[Door] = &[
    Door {
        name: "threads",
        program: env!("CARGO_BIN_EXE_door-threads"),
        checks: &[
            contract::CHECKS,
            gateway::CHECKS,
            own::CHECKS,
            own::MANY_SILENT,
            holds::A_THREAD_EACH,
            UNREAD,
            faults::CHECKS,
            faults::KILLED,
            faults::STARTING,
        ],
        left: &[],
    },
    Door {
        name: "pool",
        program: env!("CARGO_BIN_EXE_door-pool"),
        checks: &[
            contract::CHECKS,
            gateway::CHECKS,
            own::CHECKS,
            holds::NO_MORE_THREADS,
            faults::CHECKS,
            faults::KILLED,
            UNREAD,
        ],
        left: &[],
    },
    Door {
        name: "hyper",
        program: env!("CARGO_BIN_EXE_door-hyper"),
        checks: &[
            contract::CHECKS,
            gateway::CHECKS,
            own::CHECKS,
            own::MANY_SILENT,
            own::LIMIT,
            persistent::CHECKS,
            faults::CHECKS,
            faults::KILLED,
            faults::WATCHING,
        ],
        left: HYPERS_OWN,
    },
    Door {
        name: "axum-on-stage5",
        program: env!("CARGO_BIN_EXE_door-axum-on-stage5"),
        checks: &[
            contract::CHECKS,
            own::CHECKS,
            own::MANY_SILENT,
            persistent::CHECKS,
            own::STREAMING,
            holds::NO_MORE_THREADS,
            faults::CHECKS,
            faults::STOPPED,
            faults::WATCHING,
        ],
        // After 1000 requests stage 5 ends a connection, and reads over what is still sent on it.
        left: &["who-reads-nothing-is-not-heard"],
    },
    Door {
        name: "axum",
        program: env!("CARGO_BIN_EXE_door-axum"),
        checks: &[
            contract::CHECKS,
            own::CHECKS,
            own::MANY_SILENT,
            persistent::CHECKS,
            own::STREAMING,
            faults::CHECKS,
            faults::KILLED,
            faults::WATCHING,
        ],
        // A panic ends the connection's task, and nobody answers; so does a client that half-closes.
        left: &[
            "panic-is-500",
            "targets-with-any-byte", // as for hyper, on which it stands
            "contract-stdout-closed",
            "contract-ipv6",
            "contract-restart-on-the-same-port",
            "contract-inherited-nonblocking",
        ],
    },
    Door {
        name: "epoll",
        program: env!("CARGO_BIN_EXE_door-epoll"),
        checks: &[
            contract::CHECKS,
            own::CHECKS,
            own::MANY_SILENT,
            persistent::CHECKS,
            holds::ONE_THREAD,
            faults::CHECKS,
            faults::KILLED,
            faults::WATCHING,
        ],
        left: &["panic-is-500", "echo-by-length", "echo-chunked"], // it has no application
    },
];

fn main() -> ExitCode {
    let doors = DOORS.iter().filter(|door| door.name != "epoll" || cfg!(target_os = "linux"));
    let trials = doors.flat_map(trials).collect();
    harness::run(&Arguments::from_args(), trials).exit_code()
}

fn trials(door: &'static Door) -> impl Iterator<Item = Trial> {
    let checks = door.checks.iter().copied().flatten();
    let checks = checks.filter(|check| !door.left.contains(&check.id));
    checks.map(|check| {
        let target = Target::reference(door.program);
        Trial::test(format!("{}::{}", door.name, check.id), move || run(check, &target))
    })
}

/// What the machine lacks is no fault of the server's.
fn run(check: &Check, target: &Target) -> Result<(), Failed> {
    match (check.run)(target) {
        Err(failure) if failure.is_left_out() => Err(Failed::left_out(failure.what())),
        Err(failure) => Err(format!("{}: {}", check.title, failure.what()).into()),
        Ok(()) => Ok(()),
    }
}
