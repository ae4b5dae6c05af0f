//! What step 5 tells a learner: where the content of a request ends.

use grader::{Scored, Seen};

use super::bonus::EMPTY_CHUNK;

const WAITS: &str = "The server waits for bytes that do not come: the client has sent all, and \
     waits too. Read CONTENT_LENGTH bytes and no more, counting those in `rest`: they came with \
     the head, stand first, and nobody sends them again.";

const ALL_OF_IT: &str = "The content is what is in `rest`, and then what comes on the connection, \
     CONTENT_LENGTH bytes of both together. It is bytes and no text, however many reads it takes \
     (Read::chain and Read::take do that).";

pub const CONTENT: Scored = Scored::new("input-is-the-content", 1)
    .when(&[(Seen::Hung, WAITS), (Seen::WrongBytes, ALL_OF_IT)]);

pub const LENGTH: Scored = Scored::new("input-ends-at-its-length", 1)
    .told(&[("nothing follows", EMPTY_CHUNK)]).when(&[
    (Seen::Hung, WAITS),
    (
        Seen::WrongBytes,
        "What follows the content is no part of it. Bound `rest` and the connection together by \
         CONTENT_LENGTH: `rest` may hold more than that already.",
    ),
]);

pub const EMPTY: Scored = Scored::new("input-empty", 1).told(&[("nothing follows", EMPTY_CHUNK)]).when(&[
    (
        Seen::Hung,
        "A request without CONTENT_LENGTH has no content: don't read until the client closes, as \
         it waits for the answer with its side open.",
    ),
    (
        Seen::WrongBytes,
        "A request without CONTENT_LENGTH has no content, whatever is in `rest`: the input is \
         empty then. (Those with Transfer-Encoding are a bonus.)",
    ),
]);
