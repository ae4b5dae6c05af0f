//! The steps of stage 4, and what each is worth.

use grader::{Scored, Seen, Step};

use crate::stretch::hints;

pub const POINTS: u32 = 17;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

const SURVIVE: &[(Seen, &str)] = &[(Seen::Refused, KILLED), (Seen::Ended, KILLED)];
const KILLED: &str = "A signal ended the server, or an EINTR left its loop: leave the signals that are \
                      none of yours alone; and when a call was interrupted, look again.";

pub const STEPS: &[Step] = &[
    Step {
        checks: &[Scored::new("second-client-is-served-while-the-first-is-silent", 3).told(&[(
            "the second has none",
            "The parent waits for its first child, and accepts nobody meanwhile: waitpid sleeps, \
             unless it is told WNOHANG. Fork, and go on accepting.",
        )]).when(&[(
            Seen::Hung,
            "Fork after accept: the child serves the connection, the parent accepts the next one. \
             If somebody was served but no child process was seen: a thread is not what is asked \
             for here.",
        )])],
        page: "fork(2)",
        ..step(1, "fork", "fork after accept; the child serves this connection")
    },
    Step {
        checks: &[
            Scored::new("parent-closes-its-copy", 2),
        ],
        needs: &["client-sees-the-end"],
        page: "fork(2), close(2)",
        ..step(2, "close your copy", "let go of the connection in the parent, right after fork")
    },
    Step {
        checks: &[
            Scored::new("child-ends-with-its-connection", 1),
            Scored::new("child-does-not-listen", 1),
        ],
        page: "_exit(2)",
        ..step(3, "end the child", "let the child end when it has served, and not listen")
    },
    Step {
        checks: &[
            Scored::new("zombie-is-reaped-while-idle", 2).when(&[(
                Seen::Hung,
                "The zombie stayed although the server was idle. Whoever reaps after accept reaps \
                 when the next client comes: let SIGCHLD wake poll through the self-pipe.",
            )]),
            Scored::new("idle-server-sleeps", 1),
        ],
        needs: &["zombie-is-reaped-while-idle"],
        page: "waitpid(2), poll(2), signal(7)",
        ..step(4, "reap while idle", "wait with poll for a client and for SIGCHLD, then waitpid")
    },
    Step {
        checks: &[
            Scored::new("burst-is-reaped", 1),
            Scored::new("burst-is-reaped-after-a-stop", 1).told(&[(
                "ten zombies",
                "There was nobody to reap: with SIGCHLD at SIG_IGN the system throws away how \
                 children ended, and nobody can report it. Catch the signal.",
            )]).when(&[(
                Seen::Hung,
                "One SIGCHLD came for ten children: waitpid with WNOHANG, again and again, until \
                 it says that nobody is left.",
            )]),
        ],
        page: "waitpid(2), WNOHANG",
        ..step(5, "reap a burst", "call waitpid until there is no more to reap")
    },
    Step {
        checks: &[
            Scored::new("killed-child-is-reported", 1),
            Scored::new("signals-while-idle", 1).when(SURVIVE),
        ],
        page: "signal(7), waitpid(2)",
        ..step(6, "survive", "report children that were killed; let no signal end the server")
    },
    Step {
        checks: &[
            Scored::new("stop-finishes-what-runs", 2).told(&[(
                "(SIGTERM)",
                "SIGTERM ended the server at once: nobody catches it. Give SIGTERM and SIGINT a \
                 self-pipe, and leave the loop when a byte has come.",
            )]),
            Scored::new("idle-server-stops-at-once", 1).when(&[(
                Seen::NotSo,
                "That somebody asks it to stop is no failure: let serve return Ok, so that the \
                 status is 0.",
            )]),
        ],
        page: "signal(7)",
        ..step(7, "stop", "on SIGTERM close the port, wait for the children, end with status 0")
    },
    Step {
        checks: &[Scored::new("at-most-256-children", 1)],
        needs: &["two-hundred-clients-at-once"],
        page: "listen(2)",
        bonus: true,
        ..step(8, "a limit", "with 256 children, let the next client wait in the backlog")
    },
    Step {
        checks: &[Scored::new("no-process-503", 1)],
        needs: &["zombie-is-reaped-while-idle"],
        page: "fork(2), EAGAIN",
        bonus: true,
        ..step(9, "no process left", "when fork fails, answer with 503 and go on")
    },
    Step {
        checks: &[hints::SERVE_IN_TURN, hints::REPLACED],
        needs: &["workers-stop-in-order"],
        page: "stage4-fork/stretch/README.md; fork(2), accept(2)",
        bonus: true,
        ..step(10, "workers beforehand", "with WORKERS set, fork as many before the first client")
    },
    Step {
        checks: &[hints::NEW_PROGRAM, hints::NOBODY_LOST],
        page: "stage4-fork/stretch/README.md; execve(2)",
        bonus: true,
        ..step(11, "a new program", "at SIGHUP, become the program that your file holds now")
    },
];
