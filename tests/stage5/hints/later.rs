//! What steps 5 to 7 tell a learner: requests sent ahead, deadlines, and the stop.

use grader::{Scored, Seen};

pub const IN_ORDER: Scored = Scored::new("three-in-one-segment", 1)
    .told(&[
        (
            "forgotten",
            "What came behind the first request was thrown away. Take the head and its content out of \
             `received` (drain), and nothing more; let it live as long as the connection, outside \
             of the loop, and never clear it.",
        ),
        (
            "more bytes had come",
            "The next request was in `received` all the time, and you waited for more. In next_head, \
             call find before the first read: the head may be there already.",
        ),
    ])
    .when(&[(
        Seen::Hung,
        "What was read behind a head belongs to the next request: keep it, and look for a head in it \
         before you read more.",
    )]);

pub const DO_NOT_WAIT: Scored = Scored::new("answers-do-not-wait", 1).when(&[(
    Seen::Hung,
    "An answer stays with you as long as there is something else in `received`, if only the \
     beginning of a request whose rest may never come. Flush after each answer, before you wait for \
     more bytes.",
)]);

const NO_WORD: &str = "The connection was ended without an answer. Too late is \
     HeadFault::TooSlow if any byte of this head has come: that is the 408.";

pub const DRIBBLED: Scored = Scored::new("dribbled-head-408", 1).when(&[
    (
        Seen::Hung,
        "The deadline was never reached. Compute it once, before the loop that reads \
         (tokio::time::Instant::now() + head.whole), and give the same one to timeout_at around each read: a \
         timeout that starts anew with each byte never ends.",
    ),
    (Seen::ClosedEarly, NO_WORD),
    (Seen::Reset, NO_WORD),
]);

pub const DRIBBLED_SECOND: Scored = Scored::new("dribbled-second-head-408", 1).when(&[
    (
        Seen::Hung,
        "The first head of a connection has a deadline, a later one has none, or has the idle time. \
         When the first byte of a head comes, the idle time is over: from then on, head.whole counts.",
    ),
    (Seen::ClosedEarly, NO_WORD),
    (Seen::Reset, NO_WORD),
]);

pub const IDLE: Scored = Scored::new("idle-is-closed", 1).when(&[
    (
        Seen::Hung,
        "Nobody closed the idle connection. Until the first byte of another head, the deadline is \
         the end of the last answer plus patience.idle, which is IDLE_TIMEOUT; head.whole is \
         another time.",
    ),
    (
        Seen::NotSo,
        "The client was told something, and has asked nothing: it would take that for the answer to \
         its next request. If no byte of a head has come, let next_head return None.",
    ),
]);

const CUT: &str = "A request was under way, and its answer is lost: when main returns, or a select! \
     drops the task, it ends where it is. Wait for all connections (watch::Sender::closed), and let \
     only the wait for a next head listen to the stop.";

pub const FINISHES: Scored = Scored::new("stop-finishes-what-runs", 1)
    .told(&[
        (
            "(SIGTERM)",
            "SIGTERM ended the server at once: nobody catches it. Make a Signal with \
             tokio::signal::unix before the listening line, and wait for it in a select! with \
             accept.",
        ),
        (
            "the field Connection",
            "The answer did not say that it is the last one. persists of your sink is asked right \
             before the head goes out: let it return false once the server stops, and tell all \
             connections of that (watch::Sender::send_replace).",
        ),
        (
            "the program to end",
            "The last answer is out, and the server still waits. closed returns when no receiver is \
             left: drop the one in serve, from which you made the others.",
        ),
        (
            "ends with status 0",
            "That somebody asks it to stop is no failure: let serve return Ok, so that the status \
             is 0.",
        ),
    ])
    .when(&[(Seen::ClosedEarly, CUT), (Seen::Reset, CUT)]);

pub const HEARS: Scored = Scored::new("stop-closes-idle-connections", 1)
    .told(&[(
        "to be refused",
        "The port is still taken while you wait for the last connections. Drop the listening socket \
         first.",
    )])
    .when(&[
        (
            Seen::Hung,
            "A connection that is idle, after an answer or before its first request, did not hear of \
             the stop. In next_head, as long as nothing of a head has come, wait in a select! for \
             bytes or for the stop (watch::Receiver::wait_for), and return None then.",
        ),
        (Seen::NotSo, CUT),
    ]);
