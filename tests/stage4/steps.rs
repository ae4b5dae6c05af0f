//! The steps of stage 4, and what each is worth.

use grader::{Scored, Seen, Step};

use crate::hints;
use crate::stretch::hints as beyond;

pub const POINTS: u32 = 17;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[Scored::new("second-client-is-served-while-the-first-is-silent", 2)
            .told(hints::SECOND_HAS_NO_CHILD)
            .when(&[(Seen::Hung, hints::FORK)])],
        page: "fork(2)",
        ..step(1, "fork", "fork after accept; the child serves this connection")
    },
    Step {
        checks: &[Scored::new("parent-closes-its-copy", 2)
            .when(&[(Seen::Hung, hints::DROP_THE_CONNECTION)])],
        needs: &["client-sees-the-end"],
        page: "fork(2), close(2)",
        ..step(2, "close your copy", "let go of the connection in the parent, right after fork")
    },
    Step {
        checks: &[
            Scored::new("child-ends-with-its-connection", 1)
                .when(&[(Seen::Hung, hints::END_THE_CHILD)]),
            Scored::new("child-does-not-listen", 1)
                .when(&[(Seen::Hung, hints::DROP_THE_LISTENING_SOCKET)]),
        ],
        page: "_exit(2)",
        ..step(3, "end the child", "let the child end when it has served, and not listen")
    },
    Step {
        checks: &[
            Scored::new("zombie-is-reaped-while-idle", 2)
                .when(&[(Seen::Hung, hints::REAP_WHILE_IDLE)]),
            Scored::new("idle-server-sleeps", 1).told(hints::NO_SLEEP),
        ],
        needs: &["zombie-is-reaped-while-idle"],
        page: "waitpid(2), poll(2), signal(7)",
        ..step(4, "reap while idle", "wait with poll for a client and for SIGCHLD, then waitpid")
    },
    Step {
        checks: &[
            Scored::new("burst-is-reaped", 1).when(&[(Seen::Hung, hints::REAP_IN_A_LOOP)]),
            Scored::new("burst-is-reaped-after-a-stop", 1)
                .told(hints::NOBODY_TO_REAP)
                .when(&[(Seen::Hung, hints::REAP_IN_A_LOOP)]),
        ],
        page: "waitpid(2), WNOHANG",
        ..step(5, "reap a burst", "call waitpid until there is no more to reap")
    },
    Step {
        checks: &[
            Scored::new("killed-child-is-reported", 1)
                .told(hints::NO_NEWS)
                .when(&[(Seen::Hung, hints::REPORT)]),
            Scored::new("signals-while-idle", 1).told(hints::WITHOUT_A_CHILD).when(hints::SURVIVE),
        ],
        page: "signal(7), waitpid(2)",
        ..step(6, "survive", "report children that were killed; let no signal end the server")
    },
    Step {
        checks: &[
            Scored::new("stop-finishes-what-runs", 1).told(hints::NOT_SO_STOPPED),
            Scored::new("idle-server-stops-at-once", 1)
                .told(hints::NOT_SO_STOPPED)
                .when(hints::STOP_IS_NO_FAILURE),
            Scored::new("ctrl-c-finishes-what-runs", 1).told(hints::NOT_SO_STOPPED),
            Scored::new("child-obeys-sigterm", 1)
                .told(hints::REPORT_WHILE_STOPPING)
                .when(&[(Seen::Hung, hints::OWN_SIGTERM)]),
        ],
        needs: &["child-ignores-sigint", "stopping-server-sleeps"],
        page: "signal(7)",
        ..step(7, "stop", "on SIGTERM close the port, wait for the children, end with status 0")
    },
    Step {
        checks: &[Scored::new("at-most-256-children", 1).told(hints::BUSY_AT_THE_LIMIT)],
        needs: &["two-hundred-clients-at-once"],
        page: "listen(2)",
        bonus: true,
        ..step(8, "a limit", "with 256 children, let the next client wait in the backlog")
    },
    Step {
        checks: &[Scored::new("no-process-503", 1).told(hints::SAY_IT).when(hints::NO_ANSWER)],
        needs: &["zombie-is-reaped-while-idle"],
        page: "fork(2), EAGAIN",
        bonus: true,
        ..step(9, "no process left", "when fork fails, say so, answer with 503, and go on")
    },
    Step {
        checks: &[beyond::SERVE_IN_TURN, beyond::REPLACED],
        needs: &["workers-stop-in-order"],
        page: "stage4-fork/stretch/README.md; fork(2), accept(2)",
        bonus: true,
        ..step(10, "workers beforehand", "with WORKERS set, fork as many before the first client")
    },
    Step {
        checks: &[beyond::NEW_PROGRAM, beyond::NOBODY_LOST],
        page: "stage4-fork/stretch/README.md; execve(2)",
        bonus: true,
        ..step(11, "a new program", "at SIGHUP, become the program that your file holds now")
    },
];
