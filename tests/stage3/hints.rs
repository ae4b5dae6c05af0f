//! The checks that earn points in steps 1 to 6, and what each tells a learner: a hint for each
//! likely fault, by words in what was seen or on standard error, or by the way in which the
//! conversation ended. `hints/` has those of step 5 and of the later steps.

#[path = "hints/bonus.rs"]
mod bonus;
#[path = "hints/ending.rs"]
mod ending;
#[path = "hints/input.rs"]
mod input;

use grader::{Scored, Seen};

use bonus::NO_LAST_CHUNK;

pub use bonus::{CHUNKED, IN_CHUNKS, PASSWORD, RANGES, SERVED, SHOUT, WRITE};
pub use ending::{CLIENT_LEAVES, EACH_BODY, EXC_INFO, PANIC};
pub use input::{CONTENT, EMPTY, LENGTH};

const NO_UNWRAP: &str = "httparse could not parse the head, and an unwrap or expect made a panic \
     of that. environ_of returns a Result: hand the error on with `?`, and the answer is a 400.";

const LOOP_LEFT: &str = "The error of one request ended the loop over the clients, and the server \
     with it. In serve, take it there, as the starter does: print it, and go on to the next \
     client.";

pub const FORTY_FIELDS: Scored = Scored::new("hello-with-forty-fields", 1).told(&[
    (
        "step 1:",
        "environ_of still ends with the error of step 1. Let httparse parse the head, put \
         REQUEST_METHOD and PATH_INFO into an Environ, and return Ok(environ) in place of the \
         error.",
    ),
    (
        "too many headers",
        "httparse has no room for these fields. Give Request::new an array of 100: \
         [httparse::EMPTY_HEADER; 100].",
    ),
    ("in the line of chunk", NO_LAST_CHUNK),
    (
        "the answer is a 404",
        "The head is parsed, but the application does not find /hello: PATH_INFO is not there, or \
         is something else. For now it is the request target as it came, request.path.",
    ),
]);

pub const BAD_HEAD: Scored =
    Scored::new("hello-and-a-bad-head", 1).told(&[("panicked", NO_UNWRAP)]).when(&[
        (Seen::Refused, LOOP_LEFT),
        (Seen::Ended, LOOP_LEFT),
        (Seen::Reset, LOOP_LEFT),
        (
            Seen::NotSo,
            "A head that can't be parsed was not answered with 400. Return the error of parse with \
             `?`, and make no environ then: what httparse did parse before the error is incomplete.",
        ),
    ]);

pub const PATH_INFO: Scored = Scored::new("environ-path-info", 1).when(&[(
    Seen::WrongBytes,
    "The caret shows the first byte that differs. Cut the request target at its first `?`; only \
     what stands before it is the path. Then decode each %XX of it to a byte. A `+` stays a `+`: \
     it means a space in forms alone.",
)]);

pub const QUERY_STRING: Scored = Scored::new("environ-query-string", 1).when(&[(
    Seen::WrongBytes,
    "QUERY_STRING is all that follows the first `?`, as it came: neither decoded nor cut again. \
     Cut first and decode the path afterwards, as a %3F in the path is no question mark.",
)]);

pub const SERVER: Scored = Scored::new("environ-server", 1).when(&[(
    Seen::WrongBytes,
    "SERVER_PORT is the port of `server`, the address that listens: what PORT says may be 0. And \
     SERVER_PROTOCOL is the client's version: request.version of httparse is 0 for HTTP/1.0 and 1 \
     for HTTP/1.1.",
)]);

pub const VARIABLES: Scored = Scored::new("fields-become-variables", 1).when(&[
    (
        Seen::NotSo,
        "A field did not become its variable: HTTP_, and the name in upper case with `_` for each \
         `-`. Names have no case, so x-some-name and X-Some-Name are the same one. A field whose \
         value is empty becomes a variable too.",
    ),
    (
        Seen::WrongBytes,
        "The value is what httparse gives, bytes as they are: change nothing in it.",
    ),
]);

pub const REPEATED: Scored = Scored::new("fields-repeated-are-joined", 1).when(&[(
    Seen::WrongBytes,
    "A name came three times, and the variable is to hold all values, in order, with a comma and a \
     space between two. insert replaces what is there: look with get_mut first, and append.",
)]);

pub const STATUS: Scored = Scored::new("start-response-status", 1).when(&[(
    Seen::NotSo,
    "The status that came is not the application's. In start_response, keep the status in a \
     variable outside of the closure, and make the status line of it when the head goes out.",
)]);

pub const FIELDS: Scored = Scored::new("start-response-fields", 1)
    .told(&[
        (
            "none of them came",
            "In start_response, keep the fields as well, and write each one into the head as a \
             line: name, colon, space, value, CRLF.",
        ),
        (
            "Content-Type",
            "The Content-Type comes from the application alone: the server writes none of its own.",
        ),
    ])
    .when(&[(
        Seen::WrongBytes,
        "Not all fields of the application came, or not in their order. Keep them in a Vec of \
         pairs: a map has one value a name, and of two Set-Cookie, for one, both must go out.",
    )]);

const NOTHING: &str = "Nothing was answered. When the application returns an Err, and the head is \
     not out, send a 500: look at the result of the call before you hand it on with `?`.";

pub const TWICE: Scored = Scored::new("start-response-twice", 1)
    .told(&[
        (
            "head of a 200 was sent before",
            "The 200 was already on the wire when the application called again. Write nothing \
             inside start_response: keep what it is given, and send the head with the first piece, \
             or at the end if there is none.",
        ),
        ("at least a whole head", NOTHING),
        (
            "as if there had been no second call",
            "The second call passed unnoticed. When there is a status already and no error is \
             given, return an Err from start_response: the application hands it back, and that is \
             a 500.",
        ),
        (
            "as if it might replace",
            "Only a call with an error may replace the first one. Without an error (None), return \
             an Err when there is a status already.",
        ),
    ])
    .when(&[(Seen::ClosedEarly, NOTHING), (Seen::Hung, NOTHING)]);

pub const FIRST_PIECE: Scored = Scored::new("body-first-piece-at-once", 1).when(&[(
    Seen::Hung,
    "The second piece takes a minute, and nothing came before it. Write each piece to the \
     connection before you call next again: neither collect them, nor look ahead, nor keep them in \
     a buffer.",
)]);

pub const TOO_LITTLE: Scored = Scored::new("declared-too-little", 1).when(&[(
    Seen::NotSo,
    "More came than the application has declared. Find its Content-Length, in whatever case the \
     name is written, parse it, count what is left of it, and send no more of a piece than that.",
)]);

pub const HEAD: Scored = Scored::new("response-to-head", 1)
    .told(&[(
        "nothing follows",
        "Content came behind the head. When REQUEST_METHOD is HEAD, let the application \
             answer, send the head, and none of the pieces.",
    )])
    .when(&[(
        Seen::NotSo,
        "The head for HEAD differs from the one for GET. Write it in the same place for both, with \
         status and fields of the application, and leave the pieces out.",
    )]);
