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
    (Seen::NotSo, ONE_READ),
];

/// Whatever a step asks for, it fails on the status line.
pub const STATUS_LINE: (&str, &str) = (
    "not with HTTP/1.0",
    "The status line names the version that the server speaks, whatever the client's: it begins with \
     HTTP/1.1.",
);

pub const ONE_READ: &str = "One read is not a request: read on until the empty line has come, and \
                            answer then, with a page.";

/// What a request line may be in place of one, in the words of the checks.
pub const LINES: &[(&str, &str)] = &[
    ("four parts", "Four parts are no request line: exactly three, no more."),
    (
        "two spaces",
        "split_whitespace takes two spaces for one, and a tab for a space: split at each single \
         space.",
    ),
    (
        "no text",
        "Bytes that are no ASCII were made to text: from_utf8_lossy replaces what it can't read. Look \
         at the bytes first.",
    ),
    ("no ASCII", VISIBLE),
    ("control character", VISIBLE),
    (
        "a space at its",
        "A space before the method or after the version belongs to the line, and makes an empty part: \
         trim nothing away.",
    ),
    ("a CR alone", LINE_END),
    ("an LF alone", LINE_END),
    (
        "an empty",
        "Two spaces with nothing between them enclose a part too, an empty one: it is neither a \
         method nor a target.",
    ),
];

const LINE_END: &str = "A line ends with CR LF, and neither of the two alone ends it: what follows \
                        would be hidden from you, and not from the next reader.";

const VISIBLE: &str = "To be text is not enough: each byte of a part is visible ASCII, as \
                       u8::is_ascii_graphic has it.";

pub const MALFORMED: &[(&str, &str)] = &[
    (
        "half a head",
        "read has returned 0 when a part of the head had come: that is Problem::Refuse(400), for a \
         client that has ended its side may still read.",
    ),
    ("Content-Type", "Say in a sentence what was wrong, and call it text/plain: it is no page."),
    (
        "the content says",
        "Say in a sentence what was wrong: the content of the answer is for people.",
    ),
];

pub const VERSIONS: &[(&str, &str)] = &[
    ("has status 505", "This is a version, and none that you serve: 505, not 400, and no page."),
    (
        "has status 400",
        "A version is HTTP/, a digit, a dot, a digit, in capitals. Anything else is no version at \
         all: 400. Only what has this form and is not served is 505.",
    ),
];

pub const LONG: &[(&str, &str)] = &[
    (
        "the CR of the request line",
        "Neither CR nor LF counts, and the CR may have come while the LF has not: don't take it for a \
         byte of the line.",
    ),
    (
        "no end of the line",
        "The line is too long already, though its end has not come: look at its length after each \
         read, and refuse at once.",
    ),
];

pub const SECTION: &[(&str, &str)] = &[(
    "the CR of the empty line",
    "The empty line does not count, and its CR may have come while its LF has not.",
)];

pub const HEAD: &[(&str, &str)] = &[(
    "the answer to GET has",
    "The page shows the method, and HEAD is longer than GET: make the page that GET would get.",
)];

/// Of a client that stays, and of one that leaves.
pub const GIVES_UP: &[(&str, &str)] = &[
    (
        "byte now and then",
        "close reads as long as this client sends, and nobody else is served. Two seconds are for \
         all of it: note when they are over, and before each read set its timeout to what is left.",
    ),
    (
        "once the last has left",
        "read returns 0 when the client has closed: then close returns too, however much is left of \
         the two seconds.",
    ),
];

pub const FIRST_BYTE: &[(Seen, &str)] = &[(
    Seen::Hung,
    "A client has a second for its first byte, whatever HEAD_TIMEOUT says: a browser opens \
     connections ahead of need and says nothing on them, and everybody else has to wait.",
)];

pub const RESET: &[(Seen, &str)] = &[(
    Seen::Reset,
    "It was closed while bytes of the client were unread: the kernel answered with a reset. Shut \
     down the write side, read until the client has closed, then close.",
)];

pub const AS_GENTLY: &str = "Close a refused connection as gently as any other.";

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
