//! What can be wrong with a server of stage 5, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage5.rs`.

use grader::Broken;

pub const BROKEN: &[Broken] = &[
    // Step 1
    Broken::new("awaits-inline", "two-hundred-idle", "spawn a task"),
    Broken::new("awaits-the-task", "two-hundred-idle", "spawn a task"),
    Broken::new("thread-each", "silent-connections-take-no-thread", "no std::thread"),
    // Step 2
    Broken::new("blocks-the-loop", "slow-application", "spawn_blocking"),
    Broken::new("blocks-the-loop", "fifty-slow-applications", ""),
    // Step 3
    Broken::new("collects", "pieces-as-they-are-made", ""),
    Broken::new("unbounded", "unread-answer-stays-small", "bounded"),
    // Step 4
    Broken::new("one-request-each", "two-requests-on-a-connection", ""),
    Broken::new("ignores-the-outcome", "connection-close-is-heeded", ""),
    Broken::new("content-is-not-read", "unread-content-then-next", ""),
    // Step 5
    Broken::new("buffer-is-cleared", "three-in-one-segment", ""),
    Broken::new("reads-before-it-looks", "three-in-one-segment", ""),
    Broken::new("buffer-is-cleared", "answers-do-not-wait", ""),
    // Step 6
    Broken::new("timeout-for-each-read", "dribbled-head-408", ""),
    Broken::new("no-deadline", "dribbled-head-408", ""),
    Broken::new("second-head-without-deadline", "dribbled-second-head-408", ""),
    Broken::new("idle-for-ever", "idle-is-closed", ""),
    // Step 7
    Broken::new("stop-does-not-wait", "stop-finishes-what-runs", ""),
    Broken::new("stop-tells-nobody", "stop-closes-idle-connections", ""),
];
