//! What steps 7 and 8 tell a learner: failures, and how a body ends.

use grader::{Scored, Seen};

pub const PANIC: Scored = Scored::new("applications-panic", 1);

pub const EXC_INFO: Scored = Scored::new("exc-info-in-time", 1)
    .told(&[
        (
            "yields after its second call",
            "The server's own page came: the second call of start_response was refused. With an \
             error it is allowed: while the head is not out, return Ok, and the application goes \
             on.",
        ),
        (
            "the first one's length",
            "The length of the first answer cut the second one off. Forget what you took from the \
             first fields, the length too: best look for it when the head goes out.",
        ),
        (
            "X-Answer",
            "The fields of the second call replace those of the first: forget the old ones, all of \
             them.",
        ),
    ])
    .when(&[(
        Seen::NotSo,
        "The first status came. While the head is not out, a call of start_response with an error \
         replaces status and fields of the call before.",
    )]);

const ONCE: &str = "close was called more than once for a body. Call it in one place, behind the \
     loop over the pieces, and nowhere else: not at an error, nor in a Drop besides.";

const NEVER: &str = "No body was closed. When the loop over the pieces has ended, call \
     body.close(), however it ended.";

pub const EACH_BODY: Scored = Scored::new("closed-each-body", 1).told(&[
    ("says that none was", NEVER),
    ("close was called", ONCE),
    (
        "says that it was not",
        "This body was not closed. A return, a break or a `?` leaves before the close: let \
         there be one way out of the loop over the pieces, and the close behind it.",
    ),
]);

pub const CLIENT_LEAVES: Scored = Scored::new("closed-when-the-client-leaves", 1).told(&[
    ("says that none was", NEVER),
    ("close was called", ONCE),
    (
        "says that it was not",
        "A client left in the middle of its answer, a write failed, and the body stayed open: a \
         `?` on the write returns before the close. Leave the loop with the error, close the body, \
         and return the error after that.",
    ),
]);
