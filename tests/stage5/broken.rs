//! What can be wrong with a server of stage 5, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage5.rs`.

use grader::Broken;

const ALL: &str = "two-hundred-idle";
const PIECES: &str = "pieces-as-they-are-made";
const BREAKS_OFF: &str = "deadline-content-truncated";
const FINISHES: &str = "stop-finishes-what-runs";
const HEARS: &str = "stop-closes-idle-connections";
const LIMIT: &str = "connections-have-a-limit";

pub const BROKEN: &[Broken] = &[
    // Step 1
    Broken::new("awaits-inline", ALL, "spawn a task"),
    Broken::new("awaits-the-task", ALL, "do not await that task either"),
    Broken::new("thread-each", "silent-connections-take-no-thread", "no std::thread"),
    Broken::new("blocking-thread-each", "silent-connections-take-no-thread", "no spawn_blocking"),
    // Step 2
    Broken::new("blocks-the-loop", "slow-application", "spawn_blocking"),
    Broken::new("blocks-another-task", "slow-application", "A task of its own does not help"),
    Broken::new("joins-a-thread", "slow-application", "nor a thread that is joined"),
    Broken::new("four-at-a-time", "fifty-slow-applications", "Only a few applications run"),
    // Step 3
    Broken::new("collects", PIECES, "write what you receive as it comes"),
    Broken::new("awaits-the-thread-first", PIECES, "await the thread after that loop"),
    Broken::new("flushes-after-the-answer", PIECES, "flush it after each piece"),
    Broken::new("unbounded", "unread-answer-stays-small", "bounded"),
    Broken::new("goes-on-for-nobody", "unread-answer-stays-small", "goes on for nobody"),
    // Step 4
    Broken::new("one-request-each", "two-requests-on-a-connection", "into a loop"),
    Broken::new("always-says-close", "two-requests-on-a-connection", "persists of your sink"),
    Broken::new("ignores-the-outcome", "connection-close-is-heeded", "leave the loop"),
    Broken::new("ignores-the-outcome", "http-1-0-closes", "Outcome::persistent"),
    Broken::new("content-is-not-read", "unread-content-then-next", "taken for the next request"),
    Broken::new("content-forgets-what-came", "unread-content-then-next", "before you read more"),
    Broken::new("content-is-not-handed-over", "half-read-content", "Hand the content"),
    Broken::new("content-is-decoded-once", "unread-content-then-next", "again and again"),
    Broken::new("content-fault-is-not-told", "fault-in-the-content", "refuse it as you refuse"),
    Broken::new("content-is-read-beyond-the-end", BREAKS_OFF, "who reads again"),
    Broken::new("content-end-is-taken-for-its-end", BREAKS_OFF, "no end of the content"),
    Broken::new("content-without-a-limit", "size-declared-413", "known with the head"),
    Broken::new("closes-with-bytes-unread", "after-a-refusal", "close gently"),
    // Step 5
    Broken::new("buffer-is-cleared", "three-in-one-segment", "thrown away"),
    Broken::new("reads-before-it-looks", "three-in-one-segment", "before the first read"),
    Broken::new("flushes-when-nothing-is-left", "answers-do-not-wait", "Flush after each answer"),
    Broken::new("content-takes-what-follows", "pipelined-content", "not one byte more"),
    // Step 6
    Broken::new("timeout-for-each-read", "dribbled-head-408", "starts anew with each byte"),
    Broken::new("no-deadline", "dribbled-head-408", "Compute it once"),
    Broken::new("late-and-silent", "dribbled-head-408", "TooSlow"),
    Broken::new("second-head-without-deadline", "dribbled-second-head-408", "has none"),
    Broken::new("idle-time-for-the-head", "dribbled-second-head-408", "the idle time is over"),
    Broken::new("idle-for-ever", "idle-is-closed", "Nobody closed"),
    Broken::new("head-time-for-the-idle", "idle-is-closed", "IDLE_TIMEOUT"),
    Broken::new("answers-the-idle", "idle-is-closed", "return None"),
    Broken::new("idle-from-the-start", "idle-time-starts-anew", "when an answer is out"),
    Broken::new("shorter-time-for-both", "begun-head-outlives-the-idle-time", "Two times"),
    Broken::new("answers-silence", "silence-is-closed", "close without a word"),
    Broken::new(
        "first-byte-starts-the-clock",
        "silence-is-closed",
        "whether anything comes or not",
    ),
    Broken::new(
        "first-byte-starts-anew",
        "first-head-has-one-deadline",
        "the beginning of the connection",
    ),
    Broken::new(
        "what-came-along-is-idle",
        "begun-head-outlives-the-idle-time",
        "behind the last request",
    ),
    Broken::new("cut-head-is-not-told", "head-that-breaks-off", "HeadFault::Truncated"),
    // Step 7
    Broken::new("sigterm-is-not-caught", FINISHES, "nobody catches it"),
    Broken::new("stop-does-not-wait", FINISHES, "Wait for all connections"),
    Broken::new("stop-cuts", FINISHES, "only the wait for a next head"),
    Broken::new("stop-is-not-said", FINISHES, "let it return false"),
    Broken::new("stop-holds-a-receiver", FINISHES, "drop the one in serve"),
    Broken::new("stop-fails", FINISHES, "is no failure"),
    Broken::new("stop-tells-nobody", HEARS, "did not hear of the stop"),
    Broken::new("idle-does-not-hear-the-stop", HEARS, "did not hear of the stop"),
    Broken::new("new-does-not-hear-the-stop", HEARS, "before its first request"),
    Broken::new("sigint-is-not-caught", "ctrl-c-finishes-what-runs", "make a Signal for it"),
    Broken::new("stop-keeps-the-port", HEARS, "Drop the listening socket"),
    Broken::new("stop-cuts-a-head", "stop-inside-a-head", "as long as nothing of a head has come"),
    Broken::new("accept-ends-it", "no-descriptor-left", "at Meaning::End only"),
    // Bonus
    Broken::new("async-has-no-name", "async-application-waits", "Give it to `arguments`"),
    Broken::new("async-says-close", "async-application-waits", "Frame it with"),
    Broken::new("async-does-not-wait", "async-application-waits", "came too soon"),
    Broken::new("async-blocks-the-loop", "async-waits-without-a-thread", "std::thread::sleep"),
    Broken::new("async-on-a-blocking-thread", "async-waits-without-a-thread", "spawn_blocking has"),
    Broken::new("async-on-a-thread", "async-waits-without-a-thread", "waits has a thread"),
    Broken::new("no-limit", LIMIT, "before you accept"),
    Broken::new("full-turns-away", LIMIT, "turned away"),
    Broken::new("place-after-accept", LIMIT, "Wait for a place first"),
    Broken::new("place-is-lost", LIMIT, "Let the task own the permit"),
    Broken::new("full-does-not-hear-the-stop", LIMIT, "did not hear SIGTERM"),
    // Stretch: what is not there yet.
    Broken::new("", "upstreams-in-turn", "Nobody has connected to an upstream"),
    Broken::new("", "upstreams-that-are-down", "UPSTREAMS must be read first"),
    Broken::new("", "talk-handshake", "before the application runs"),
    Broken::new("", "talk-reaches-all", "The handshake comes first"),
];
