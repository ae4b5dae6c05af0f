//! What a learner is told: hints that a check and a step have in common, and those that fit one
//! thing that was seen.

use grader::Seen;

type Hints = &'static [(Seen, &'static str)];
type Words = &'static [(&'static str, &'static str)];

pub const FORK: &str = "Fork after accept: the child serves the connection, the parent accepts the \
                        next one. A thread is not what is asked for here: no child is seen then.";
pub const SECOND_HAS_NO_CHILD: Words = &[
    (
        "the parent is busy",
        "The parent is in a loop that never ends. If it reaps there: StillAlive is Ok too, so go on \
         for as long as children have ended, and not for as long as waitpid is Ok.",
    ),
    (
        "the parent sleeps",
        "The parent sleeps where it should accept: in waitpid without WNOHANG, or because it serves the \
         connection itself. ForkResult::Child serves, ForkResult::Parent goes on.",
    ),
];

pub const DROP_THE_CONNECTION: &str =
    "Drop the connection in the parent as soon as fork has returned.";

pub const END_THE_CHILD: &str = "End the child right after it has served: one that goes on comes back \
                                 into the parent's loop and accepts.";
pub const DROP_THE_LISTENING_SOCKET: &str = "Drop the listening socket in the child, first of all.";

pub const REAP_WHILE_IDLE: &str = "The zombie stayed although the server was idle. Whoever reaps after \
                                   accept reaps when the next client comes: let SIGCHLD wake poll \
                                   through the self-pipe.";
pub const NO_SLEEP: Words = &[
    (
        "at work all the time",
        "Something stays ready, so that poll never sleeps: read the pipe until it is empty (WouldBlock) \
         each time poll has returned.",
    ),
    (
        "it woke up",
        "A short timeout makes poll return again and again. It needs none: the pipe wakes it when a \
         child has ended.",
    ),
];

pub const REAP_IN_A_LOOP: &str = "One SIGCHLD may stand for many children: waitpid with WNOHANG, again \
                                  and again, until nobody is left who has ended.";
pub const NOBODY_TO_REAP: Words = &[(
    "ten zombies",
    "There was nobody to reap: with SIGCHLD at SIG_IGN the system throws away how children ended, and \
     nobody can report it. Catch the signal.",
)];

pub const REPORT: &str = "waitpid returns how a child ended: WaitStatus::Signaled has its pid and the \
                          signal. Print a line with both on standard error: warn, not say.";
pub const NO_NEWS: Words = &[(
    "is no news",
    "Report the children that a signal has ended, and no others. One that has served ends with exit(0).",
)];
pub const NO_CHILD: &str = "waitpid answers ECHILD when there is no child at all. That is no error: it \
                            is the end of the reaping, not of the server.";
pub const SURVIVE: Hints = &[(Seen::Refused, KILLED), (Seen::Ended, KILLED)];
pub const WITHOUT_A_CHILD: Words = &[("No child processes", NO_CHILD)];
const KILLED: &str = "A signal ended the server, or an EINTR left its loop: leave the signals that are \
                      none of yours alone; and when a call was interrupted, look again.";

pub const STOP: &str =
    "On SIGTERM leave the accept loop, drop the listening socket, wait for the children.";
pub const NOT_SO_STOPPED: Words = &[
    ("(SIGTERM)", NOT_CAUGHT),
    ("(SIGINT)", NOT_CAUGHT),
    (
        "port to be free",
        "The port is still taken: drop the listening socket before you wait for the children.",
    ),
];
const NOT_CAUGHT: &str = "The signal ended the server at once: nobody catches it. Give SIGTERM and \
                          SIGINT a self-pipe, and leave the loop when a byte has come.";
pub const STOP_IS_NO_FAILURE: Hints = &[(
    Seen::NotSo,
    "That somebody asks it to stop is no failure: let serve return Ok, so that the status is 0.",
)];
pub const KEEP_SIGINT_OFF: &str =
    "Ctrl-C reaches the children too. Let them ignore SIGINT: the parent decides.";
pub const OWN_SIGTERM: &str = "Give SIGTERM its default action back in the child, first of all: the \
                               handler that it has from its parent writes into the parent's pipe.";
pub const OWN_SIGINT: &str = "A child begins with its parent's signal handlers, and a self-pipe that \
                              both have is the parent's too. Let the child ignore SIGINT, first of \
                              all: then Ctrl-C, which reaches the children as well, lets it finish, \
                              and no child stops the server.";
pub const REPORT_WHILE_STOPPING: Words = &[(
    "names the second child",
    "A server that stops still reports who was killed: reap as before, only sleep meanwhile.",
)];
pub const SLEEP_MEANWHILE: &str = "It looks again and again whether the last children have ended. \
                                   Sleep meanwhile, in poll as before, without the listening \
                                   socket: SIGCHLD wakes it.";

pub const LIMIT: &str = "With 256 children, don't accept until one has ended. Whatever wakes the \
                         parent: count the children before you call accept.";
pub const BUSY_AT_THE_LIMIT: Words = &[(
    "the parent to sleep",
    "With 256 children, don't let poll watch the listening socket: a client waits there, so it stays \
     ready, and poll never sleeps.",
)];
pub const NO_PROCESS: &str = "fork can fail, and must not end the server. Send the 503 from the \
                              parent, which must not wait for the client, not even for its request.";
pub const NO_ANSWER: Hints = &[
    (Seen::Hung, NO_PROCESS),
    (Seen::Ended, NO_PROCESS),
    (Seen::ClosedEarly, NO_PROCESS),
    (Seen::Refused, NO_PROCESS),
];
pub const SAY_IT: Words = &[(
    "line on stderr that names fork",
    "Say it on standard error, in a line with the word fork.",
)];
