//! The steps of stage 5, and what each is worth.
//!
//! A server of one client at a time does much of this. So every step needs the first check: silent
//! connections are open while another one is served.

use grader::Step;

use crate::{hints, stretch};

pub const POINTS: u32 = 17;

/// One worker thread: what blocks it blocks everybody, and shows.
pub const SETTINGS: &[(&str, &str)] = &[("TOKIO_WORKER_THREADS", "1")];

const PREMISE: &[&str] = &["two-hundred-idle"];

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: PREMISE, page: "" }
}

const fn bonus(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { bonus: true, ..step(number, title, task) }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[hints::TWO_HUNDRED, hints::NO_THREAD_EACH],
        page: "book/src/stage5-async/tasks.md; docs.rs/tokio: task::spawn",
        ..step(1, "a task each", "in serve, spawn a task for each connection")
    },
    Step {
        checks: &[hints::SLOW, hints::FIFTY],
        page: "book/src/stage5-async/blocking.md; docs.rs/tokio: task::spawn_blocking",
        ..step(2, "off the loop", "in respond, let answer run in spawn_blocking")
    },
    Step {
        checks: &[hints::PIECES, hints::SMALL],
        page: "book/src/stage5-async/blocking.md, Back-pressure; docs.rs/tokio: sync::mpsc",
        ..step(3, "pieces", "send each piece through a bounded channel, and write it at once")
    },
    Step {
        checks: &[hints::TWO_REQUESTS, hints::SAYS_CLOSE, hints::UNREAD],
        needs: &[
            "two-hundred-idle",
            "http-1-0-closes",
            "unread-content-then-next", // before the next one, which needs it
            "half-read-content",
            "fault-in-the-content",
            "deadline-content-truncated",
            "size-declared-413",
            "after-a-refusal",
        ],
        page: "book/src/stage5-async/persistent.md; RFC 9112 s9.3",
        ..step(
            4,
            "stay connected",
            "in respond, read the content; in serve_connection, go on to the next request",
        )
    },
    Step {
        checks: &[hints::IN_ORDER, hints::DO_NOT_WAIT],
        needs: &["two-hundred-idle", "pipelined-content"],
        page: "book/src/stage5-async/persistent.md, Pipelining; RFC 9112 s9.3.2",
        ..step(5, "pipelining", "keep what came behind a request: it is the next one")
    },
    Step {
        checks: &[hints::DRIBBLED, hints::DRIBBLED_SECOND, hints::IDLE],
        needs: &[
            "two-hundred-idle",
            "silence-is-closed",
            "first-head-has-one-deadline",
            "head-that-breaks-off",
            "idle-time-starts-anew",
            "begun-head-outlives-the-idle-time",
        ],
        page: "book/src/stage5-async/deadlines.md; docs.rs/tokio: time::timeout_at",
        ..step(
            6,
            "deadlines",
            "in next_head, give the whole head one deadline, and the time before its first byte another",
        )
    },
    Step {
        checks: &[hints::FINISHES, hints::HEARS],
        needs: &[
            "two-hundred-idle",
            "ctrl-c-finishes-what-runs",
            "stop-inside-a-head",
            "no-descriptor-left",
        ],
        page: "book/src/stage5-async/deadlines.md, Stopping; docs.rs/tokio: sync::watch",
        ..step(7, "stop", "on SIGTERM and SIGINT let go of the port and tell all connections")
    },
    Step {
        checks: &[hints::ASYNC, hints::NO_THREAD],
        page: "book/src/stage5-async/blocking.md, An application that never blocks",
        ..bonus(
            8,
            "an async application",
            "under the name async, answer /slow?ms=N after N ms, in the task and without a thread",
        )
    },
    Step {
        checks: &[hints::LIMIT],
        needs: &["two-hundred-idle", "two-requests-on-a-connection"],
        page: "book/src/stage5-async/hardening.md; docs.rs/tokio: sync::Semaphore",
        ..bonus(
            9,
            "a limit",
            "with as many connections as the environment's CONNECTIONS says (without it 12,288), let \
             the next client wait in the backlog",
        )
    },
    stretch::hints::BALANCER,
    stretch::hints::TALK,
];
