//! What can be wrong with a server of stage 4, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage4.rs`.

use grader::Broken;

const FORK: &str = "second-client-is-served-while-the-first-is-silent";

pub const BROKEN: &[Broken] = &[
    // Step 1
    Broken::new("serves-inline", FORK, "Fork after accept"),
    Broken::new("thread", FORK, "A thread is not what is asked"),
    Broken::new("waits-for-the-child", FORK, "WNOHANG"),
    Broken::new("arms-are-swapped", FORK, "ForkResult::Parent goes on"),
    Broken::new("reaping-never-ends", FORK, "StillAlive is Ok too"),
    Broken::new("echild-ends-all", FORK, "ECHILD"),
    // Step 2
    Broken::new("keeps-its-copy", "parent-closes-its-copy", "Drop the connection in the parent"),
    // Step 3
    Broken::new("child-stays", "child-ends-with-its-connection", "End the child"),
    Broken::new("child-accepts-too", "child-ends-with-its-connection", "parent's loop"),
    Broken::new("child-listens", "child-does-not-listen", "Drop the listening socket"),
    Broken::new("eintr-ends-all", "child-ends-with-its-connection", "EINTR"),
    // Step 4
    Broken::new("reaps-after-accept", "zombie-is-reaped-while-idle", "let SIGCHLD wake poll"),
    Broken::new("never-reaps", "zombie-is-reaped-while-idle", "zombie stayed"),
    Broken::new("sigchld-is-not-caught", "zombie-is-reaped-while-idle", "let SIGCHLD wake poll"),
    Broken::new("pipe-is-never-emptied", "idle-server-sleeps", "read the pipe until it is empty"),
    Broken::new("polls-all-the-time", "idle-server-sleeps", "short timeout"),
    Broken::new("looks-now-and-then", "idle-server-sleeps", "short timeout"),
    // Step 5
    Broken::new("waits-once", "burst-is-reaped", "until nobody is left"),
    Broken::new("waits-once", "burst-is-reaped-after-a-stop", "until nobody is left"),
    Broken::new("sigchld-is-ignored", "burst-is-reaped-after-a-stop", "SIG_IGN"),
    // Step 6
    Broken::new("says-nothing-of-the-killed", "killed-child-is-reported", "WaitStatus::Signaled"),
    Broken::new("reports-everybody", "killed-child-is-reported", "and no others"),
    Broken::new("sigpipe-at-default", "signals-while-idle", "A signal ended the server"),
    // Step 7
    Broken::new("sigterm-is-not-caught", "stop-finishes-what-runs", "nobody catches it"),
    Broken::new("stop-cuts", "stop-finishes-what-runs", "wait for the children"),
    Broken::new("stop-does-not-wait", "stop-finishes-what-runs", "wait for the children"),
    Broken::new("stop-keeps-the-port", "stop-finishes-what-runs", "port is still taken"),
    Broken::new("stop-fails", "idle-server-stops-at-once", "is no failure"),
    Broken::new("child-obeys-ctrl-c", "ctrl-c-finishes-what-runs", "ignore SIGINT"),
    Broken::new("child-keeps-the-handlers", "child-ignores-sigint", "no child stops the server"),
    Broken::new("child-keeps-sigint", "child-ignores-sigint", "no child stops the server"),
    Broken::new("child-obeys-ctrl-c", "child-ignores-sigint", "Let the child ignore SIGINT"),
    Broken::new("child-keeps-the-handlers", "child-obeys-sigterm", "default action"),
    Broken::new("stop-forgets-to-report", "child-obeys-sigterm", "still reports"),
    Broken::new("stop-looks-all-the-time", "stopping-server-sleeps", "Sleep meanwhile"),
    Broken::new("stop-looks-now-and-then", "stopping-server-sleeps", "Sleep meanwhile"),
    // Bonus
    Broken::new("no-limit", "at-most-256-children", "256"),
    Broken::new("any-signal-admits", "at-most-256-children", "Whatever wakes the parent"),
    Broken::new("polls-at-the-limit", "at-most-256-children", "don't let poll watch"),
    Broken::new("fork-fails-ends-all", "no-process-503", "fork can fail"),
    Broken::new("fork-fails-in-silence", "no-process-503", "standard error"),
    Broken::new("fork-fails-waits-for-the-request", "no-process-503", "not even for its request"),
    // Stretch: what is not there yet.
    Broken::new("", "workers-serve-in-turn", "Nobody was forked beforehand"),
    Broken::new("", "lost-workers-are-replaced", "Before the first one is lost"),
    Broken::new("", "sighup-starts-the-new-program", "SIGHUP ended the server"),
    Broken::new("", "nobody-is-lost-at-sighup", "SIGHUP ended the server"),
];
