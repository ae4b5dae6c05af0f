//! The steps of stage 3, and what each is worth.

use grader::{Scored, Seen, Step};

pub const POINTS: u32 = 20;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

const fn bonus(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { bonus: true, ..step(number, title, task) }
}

const INPUT: &[(Seen, &str)] = &[(
    Seen::Hung,
    "Whoever reads to the end of the connection waits for ever: the client waits too. Or its first \
     bytes are lost: they came with the head, and stand behind it.",
)];

pub const STEPS: &[Step] = &[
    Step {
        checks: &[
            Scored::new("hello-with-forty-fields", 1),
            Scored::new("hello-and-a-bad-head", 1),
        ],
        page: "docs.rs/httparse: Request::parse",
        ..step(1, "httparse", "in environ_of, parse the head; set REQUEST_METHOD and PATH_INFO")
    },
    Step {
        checks: &[
            Scored::new("environ-path-info", 1),
            Scored::new("environ-query-string", 1),
            Scored::new("environ-server", 1),
        ],
        needs: &[
            "environ-remote",
            "environ-empty-variables",
            "environ-url-scheme",
            "environ-path-is-decoded-once",
        ],
        page: "PEP 3333, environ Variables",
        ..step(2, "environ", "split target and query, decode the path, add what the server knows")
    },
    Step {
        checks: &[
            Scored::new("fields-become-variables", 1),
            Scored::new("fields-repeated-are-joined", 1),
        ],
        needs: &[
            "fields-of-the-content-have-no-http",
            "fields-proxy-is-dropped",
            "fields-with-an-underscore-are-dropped",
            "fields-cookies-are-joined",
            "fields-of-the-content",
        ],
        page: "RFC 3875 s4.1.18",
        ..step(3, "fields", "make HTTP_X_SOME_NAME of X-Some-Name, and mind the exceptions")
    },
    Step {
        checks: &[
            Scored::new("start-response-status", 1),
            Scored::new("start-response-twice", 1),
            Scored::new("start-response-inject", 1),
        ],
        needs: &["start-response-never", "start-response-without-content", "response-date"],
        page: "PEP 3333, The start_response() Callable",
        ..step(4, "start_response", "in run, keep status and fields, and send nothing yet")
    },
    Step {
        checks: &[
            Scored::new("input-is-the-content", 1).when(INPUT),
            Scored::new("input-split-anywhere", 1).when(INPUT),
            Scored::new("input-ends-at-its-length", 1).when(INPUT),
        ],
        needs: &["input-half-read", "input-byte-by-byte", "input-of-1-mib", "input-empty"],
        page: "PEP 3333, Input and Error Streams",
        ..step(5, "wsgi.input", "in run, let the application read CONTENT_LENGTH bytes")
    },
    Step {
        checks: &[
            Scored::new("body-first-piece-at-once", 1),
            Scored::new("declared-too-little", 1),
            Scored::new("response-to-head", 1),
        ],
        needs: &["declared-length-is-kept", "response-says-close"],
        page: "PEP 3333, Buffering and Streaming",
        ..step(6, "the body", "send each piece before you ask for the next one")
    },
    Step {
        checks: &[Scored::new("failing-tells-no-details", 1), Scored::new("exc-info-in-time", 1)],
        needs: &[
            "failing-after-output",
            "failing-leaves-the-server-alive",
            "failing-before-output",
            "applications-panic",
        ],
        page: "PEP 3333, Error Handling",
        ..step(
            7,
            "when it goes wrong",
            "answer with 500 while the head is not out, after a panic too",
        )
    },
    Step {
        checks: &[
            Scored::new("closed-each-body", 1),
            Scored::new("closed-when-the-client-leaves", 1),
        ],
        needs: &["closed-without-content", "closed-after-a-failure"],
        page: "PEP 3333: the close method",
        ..step(8, "close", "call close on each body once, however its answer ended")
    },
    Step {
        checks: &[Scored::new("chunked-input", 2)],
        page: "RFC 9112 s7.1",
        ..bonus(9, "chunked content", "decode the content of a request in chunks")
    },
    Step {
        checks: &[Scored::new("body-in-chunks", 1)],
        page: "RFC 9112 s7.1",
        ..bonus(10, "an answer in chunks", "send a body without Content-Length in chunks")
    },
    Step {
        checks: &[Scored::new("start-response-write", 1)],
        page: "PEP 3333, The write() Callable",
        ..bonus(11, "write", "send what write is given, and the head before it")
    },
    Step {
        checks: &[Scored::new("middleware-shout", 1)],
        page: "PEP 3333, Middleware",
        ..bonus(12, "middleware", "in shout, make capitals of what the application sends as text")
    },
];
