//! The steps of stage 5, and what each is worth.
//!
//! A server of one client at a time does much of this. So every step needs the first check: silent
//! connections are open while another one is served.

use grader::{Scored, Seen, Step};

pub const POINTS: u32 = 17;

/// One worker thread: what blocks it blocks everybody, and shows.
pub const SETTINGS: &[(&str, &str)] = &[("TOKIO_WORKER_THREADS", "1")];

const PREMISE: &[&str] = &["two-hundred-idle"];

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: PREMISE, page: "" }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[
            Scored::new("two-hundred-idle", 1).when(&[(
                Seen::Hung,
                "Nobody else is accepted while serve_connection is awaited: spawn a task for it, \
                 and accept the next one.",
            )]),
            Scored::new("silent-connections-take-no-thread", 1),
        ],
        page: "docs.rs/tokio: task::spawn",
        ..step(1, "a task each", "in serve, spawn a task for each connection")
    },
    Step {
        checks: &[
            Scored::new("slow-application", 2).when(&[(
                Seen::Hung,
                "The application blocks the thread that all tasks share: spawn_blocking has \
                 another one for it.",
            )]),
            Scored::new("fifty-slow-applications", 1),
        ],
        page: "docs.rs/tokio: task::spawn_blocking",
        ..step(2, "off the loop", "in respond, let answer run in spawn_blocking")
    },
    Step {
        checks: &[
            Scored::new("pieces-as-they-are-made", 1),
            Scored::new("unread-answer-stays-small", 1),
        ],
        page: "docs.rs/tokio: sync::mpsc::channel",
        ..step(3, "pieces", "send each piece through a bounded channel, and write it at once")
    },
    Step {
        checks: &[
            Scored::new("two-requests-on-a-connection", 1),
            Scored::new("connection-close-is-heeded", 1),
            Scored::new("unread-content-then-next", 1),
        ],
        needs: &["two-hundred-idle", "http-1-0-closes"],
        page: "RFC 9112 s9.3",
        ..step(4, "stay connected", "in serve_connection, read the next request after an answer")
    },
    Step {
        checks: &[Scored::new("three-in-one-segment", 1), Scored::new("answers-do-not-wait", 1)],
        page: "RFC 9112 s9.3.2",
        ..step(5, "pipelining", "keep what came behind a request: it is the next one")
    },
    Step {
        checks: &[
            Scored::new("dribbled-head-408", 1),
            Scored::new("dribbled-second-head-408", 1),
            Scored::new("idle-is-closed", 1),
        ],
        page: "docs.rs/tokio: time::timeout_at",
        ..step(6, "deadlines", "in next_head, give the whole head one deadline")
    },
    Step {
        checks: &[
            Scored::new("stop-finishes-what-runs", 1),
            Scored::new("stop-closes-idle-connections", 1),
        ],
        page: "docs.rs/tokio: signal::unix, sync::watch",
        ..step(7, "stop", "on SIGTERM let go of the port and tell all connections")
    },
];
