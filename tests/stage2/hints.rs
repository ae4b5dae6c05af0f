//! What a learner of stage 2 is told, by what was seen.

use grader::Seen;

pub const WHOLE: &[(Seen, &str)] = &[
    (
        Seen::Hung,
        "The head had come whole, and the server still waits: look for the empty line in all bytes \
         so far, not in those of the last read, and don't wait for the end of the stream.",
    ),
    (
        Seen::Reset,
        "The connection was closed while a part of the head was unread: one read is not a request. \
         Read on until the empty line.",
    ),
    (
        Seen::NotSo,
        "One read is not a request: read on until the empty line has come, and answer then, with a \
         page.",
    ),
];

pub const ARRIVES: &[(Seen, &str)] = &[
    RESET[0],
    (
        Seen::Hung,
        "The line is too long already, though its end has not come: look at its length after each \
         read, and refuse at once.",
    ),
];

pub const RESET: &[(Seen, &str)] = &[(
    Seen::Reset,
    "It was closed while bytes of the client were unread: the kernel answered with a reset. Shut \
     down the write side, read until the client has closed, then close.",
)];

pub const SILENT: &[(Seen, &str)] = &[(
    Seen::ClosedEarly,
    "The connection was closed without an answer: first answer with the status, then close. In \
     refusal, return the answer in place of None.",
)];

pub const FIELDS: &[(&str, &str)] = &[
    ("Content-Length", "Add Content-Length: how many bytes the content has."),
    ("Content-Type", "Add Content-Type, as the caller gives it: text/html; charset=utf-8."),
    ("Connection", "Add `Connection: close`: this server answers one request a connection."),
    ("Date", "Add Date, made anew for each answer: httpdate's fmt_http_date of SystemTime::now()."),
];
