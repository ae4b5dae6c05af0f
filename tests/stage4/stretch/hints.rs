//! The stretch exercises' checks, and what each tells a learner.

use grader::{Scored, Seen};

const NO_WORKERS: &str = "Nobody was forked beforehand, or not as many as WORKERS says. Read WORKERS \
     from the environment; if it is set, fork that many children before the loop, and let each of \
     them accept, serve, and accept again.";

pub const SERVE_IN_TURN: Scored = Scored::new("workers-serve-in-turn", 1)
    .told(&[
        ("processes, and no zombie", NO_WORKERS),
        (
            "the processes stay the same",
            "A worker serves one client after the other: it goes back to accept, and forks nobody. \
             And the parent does not accept at all.",
        ),
        (
            "each holds a worker",
            "Not all of the workers accept: each of them needs the listening socket, so don't drop \
             it in the child here.",
        ),
        (
            "pid in the log",
            "All three were answered, but not by the three workers: the parent only forks and \
             reaps, and a thread is not what is asked for here.",
        ),
    ])
    .when(&[(
        Seen::Hung,
        "A worker that has answered goes on with the next client. If two of them wake up for one \
         connection, the slower one must not sleep in accept: the socket is non-blocking, and \
         WouldBlock means back to poll.",
    )]);

pub const REPLACED: Scored = Scored::new("lost-workers-are-replaced", 1).told(&[
    (
        "in place of the one",
        "SIGCHLD wakes the parent: reap until nobody is left that has ended, and fork a new worker \
         for each that was one.",
    ),
    (
        "reports the worker",
        "Print a line on standard error with the pid and the signal of a worker that did not end \
         by itself, as in step 6.",
    ),
    ("processes, and no zombie", REAPED),
]);

const REAPED: &str = "Count those that live, and fork as long as there are fewer than WORKERS: three \
     workers that end together may be announced by one SIGCHLD. Before the first one is lost, \
     there must be as many as WORKERS says.";

pub const NEW_PROGRAM: Scored = Scored::new("sighup-starts-the-new-program", 1).told(&[
    (
        "(SIGHUP)",
        "SIGHUP ended the server: nobody catches it. Give it a self-pipe of its own, beside the \
         others in poll.",
    ),
    (
        "the program that its file holds now",
        "A listening line came, but not from the program in the file. exec needs the file's name; \
         take it at the start, with std::env::current_exe or the first argument.",
    ),
    (
        "os error 2",
        "exec did not find the program: once a file was replaced, the system knows the one that \
         runs as deleted. Ask for its name at the start, and keep it.",
    ),
    (
        "ENOENT",
        "exec did not find the program: once a file was replaced, the system knows the one that \
         runs as deleted. Ask for its name at the start, and keep it.",
    ),
    (
        "the same port",
        "The new program made a listening socket of its own. Hand over the one that is there: as a \
         copy that is not close-on-exec, best as descriptor 0.",
    ),
    (
        "but the program",
        "The process has ended. exec takes the place of the program in this process; don't start \
         another one with fork or spawn, and don't leave the loop.",
    ),
    (
        "the same process",
        "The child of the program before is no child of this one: exec in the parent, without fork.",
    ),
    (
        "children to end",
        "Nobody reaps the child of the program before. It is a child of this process as it was: \
         call waitpid for any child, also for one that the new program does not know.",
    ),
]);

pub const NOBODY_LOST: Scored = Scored::new("nobody-is-lost-at-sighup", 1)
    .told(&[
        (
            "(SIGHUP)",
            "SIGHUP ended the server. Unless nobody catches it at all, it came while the new \
             program had no handler yet. Block all signals before exec, and let them come when the \
             handlers are there: nix::unistd::execv keeps them blocked, std::process::Command \
             does not.",
        ),
        (
            "descriptors",
            "Each SIGHUP leaves a descriptor behind. All are close-on-exec but for the copy of the \
             listening socket: make one of it that is, and close the copy itself.",
        ),
        (
            "does not listen",
            "The new program's child holds the listening socket: the copy that was handed over is \
             still open. If it was descriptor 0, put /dev/null there.",
        ),
        ("waits for a child", ALL_CHILDREN),
        ("ended and was reaped", ALL_CHILDREN),
    ])
    .when(&[
        (
            Seen::Refused,
            "Between two programs nobody listened. Never close the listening socket: hand it over.",
        ),
        (
            Seen::Hung,
            "SIGHUP was not answered by another listening line: the program must look for the \
             signal each time poll returns, and print the line each time it starts.",
        ),
    ]);

const ALL_CHILDREN: &str = "The new program has not forked that child, but it is a child of this \
     process: at the end, wait until waitpid says ECHILD, and not until those are gone that the \
     program has counted.";
