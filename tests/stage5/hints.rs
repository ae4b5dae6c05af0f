//! The checks that earn points in steps 1 to 4, and what each tells a learner: a hint for each likely
//! fault, by words in what was seen or on standard error, or by the way in which the conversation
//! ended. `hints/` has those of the later steps.

#[path = "hints/bonus.rs"]
mod bonus;
#[path = "hints/later.rs"]
mod later;

use grader::{Scored, Seen};

pub use bonus::{ASYNC, LIMIT, NO_THREAD};
pub use later::{DO_NOT_WAIT, DRIBBLED, DRIBBLED_SECOND, FINISHES, HEARS, IDLE, IN_ORDER};

const SPAWN: &str = "Nobody else is accepted while serve_connection is awaited: spawn a task for it, \
     do not await that task either, and accept the next one. What the task uses moves into it, or \
     is shared: Arc.";

pub const TWO_HUNDRED: Scored = Scored::new("two-hundred-idle", 1).when(&[
    (Seen::Hung, SPAWN),
    (
        Seen::NotSo,
        "A connection on which nothing was said was closed. Its task waits for a head, as long as \
         HEAD_TIMEOUT says; nothing else ends it.",
    ),
]);

pub const NO_THREAD_EACH: Scored =
    Scored::new("silent-connections-take-no-thread", 1).when(&[(Seen::Hung, SPAWN)]).told(&[(
        "a few threads serve",
        "Each connection has a thread of its own. tokio::spawn takes the future of serve_connection \
         as it is: no std::thread, no spawn_blocking, no block_on.",
    )]);

pub const SLOW: Scored = Scored::new("slow-application", 2).when(&[(
    Seen::Hung,
    "An application blocks the thread that all tasks share, and all of them wait for it. A task of \
     its own does not help, nor a thread that is joined: call answer in spawn_blocking, which has \
     other threads, and await what that returns.",
)]);

pub const FIFTY: Scored = Scored::new("fifty-slow-applications", 1).when(&[(
    Seen::Hung,
    "Only a few applications run at a time, and the next ones wait for them. A thread that blocks \
     costs little while it sleeps: let spawn_blocking have as many as it takes (it starts up to \
     512), and hold no lock or permit while answer runs.",
)]);

const COLLECTED: &str = "Nothing came while the application makes its second piece. Make the \
     channel, give its sender to the sink in spawn_blocking, and write what you receive as it \
     comes; await the thread after that loop and not before. If you write through a buffer, flush \
     it after each piece.";

/// What the starter says of an answer that it collects.
const TOO_LARGE: &str = "too large to be held in memory";

pub const PIECES: Scored = Scored::new("pieces-as-they-are-made", 1)
    .told(&[(TOO_LARGE, COLLECTED)])
    .when(&[(Seen::Hung, COLLECTED)]);

pub const SMALL: Scored = Scored::new("unread-answer-stays-small", 1).told(&[
    (TOO_LARGE, COLLECTED),
    (
        "memory grows",
        "The client takes nothing, and the application goes on making pieces. Let the channel be \
         bounded to a few of them: mpsc::channel(2). Its blocking_send waits for room, so the \
         application waits for the client.",
    ),
    (
        "that has gone",
        "The client has gone, and the application goes on for nobody. Let the task return when a \
         write fails, so that the channel's receiver is dropped; then blocking_send fails, and \
         `send` of your sink must return that as an error.",
    ),
]);

pub const TWO_REQUESTS: Scored = Scored::new("two-requests-on-a-connection", 1)
    .told(&[(
        "does not say close",
        "The answer says Connection: close, so the client may not go on. Let persists of your sink \
         return true: the head of the request is looked at besides.",
    )])
    .when(&[(
        Seen::ClosedEarly,
        "The connection ended after its first answer. Put reading a head and answering it into a \
         loop: as long as respond returns true, the next head is waited for.",
    )]);

pub const SAYS_CLOSE: Scored = Scored::new("connection-close-is-heeded", 1).when(&[(
    Seen::Hung,
    "The answer said that it is the last, and then you waited for another request. Outcome::persistent \
     is false when the connection can't go on: return that from respond, leave the loop, and close \
     gently.",
)]);

pub const UNREAD: Scored = Scored::new("unread-content-then-next", 1)
    .told(&[(
        "has status 20",
        "Content was taken for the next request. Before the application runs, show the decoder of \
         understand what is in `received`, drain what it takes, and read more, again and again \
         until it is done (is_done): one call of decode sees only what has come.",
    )])
    .when(&[(
        Seen::Hung,
        "You wait for content that has come already: some of it was read together with the head. \
         Show the decoder what is in `received` before you read more.",
    )]);
