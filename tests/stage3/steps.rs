//! The steps of stage 3, and what each is worth.

use grader::Step;

use crate::hints;

pub const POINTS: u32 = 20;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

const fn bonus(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { bonus: true, ..step(number, title, task) }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[hints::FORTY_FIELDS, hints::BAD_HEAD],
        needs: &["environ-request-method", "head-cut-anywhere"],
        page: "docs.rs/httparse: Request::parse",
        ..step(1, "httparse", "in environ_of, parse the head; set REQUEST_METHOD and PATH_INFO")
    },
    Step {
        checks: &[hints::PATH_INFO, hints::QUERY_STRING, hints::SERVER],
        needs: &[
            "environ-path-is-decoded-once",
            "environ-percent-alone",
            "environ-empty-variables",
            "environ-remote",
            "environ-url-scheme",
        ],
        page: "PEP 3333, environ Variables",
        ..step(2, "environ", "split target and query, decode the path, add what the server knows")
    },
    Step {
        checks: &[hints::VARIABLES, hints::REPEATED],
        needs: &[
            "fields-cookies-are-joined",
            "fields-of-the-content",
            "fields-of-the-content-have-no-http",
            "fields-proxy-is-dropped",
            "fields-with-an-underscore-are-dropped",
        ],
        page: "RFC 3875 s4.1.18",
        ..step(3, "fields", "make HTTP_X_SOME_NAME of X-Some-Name, and mind the exceptions")
    },
    Step {
        checks: &[hints::STATUS, hints::FIELDS, hints::TWICE],
        needs: &[
            "start-response-never",
            "start-response-inject",
            "start-response-inject-status",
            "start-response-without-content",
            "response-date",
            "response-says-close",
        ],
        page: "PEP 3333, The start_response() Callable",
        ..step(4, "start_response", "in run, keep status and fields, and send nothing yet")
    },
    Step {
        checks: &[hints::CONTENT, hints::LENGTH, hints::EMPTY],
        needs: &[
            "input-split-anywhere",
            "input-byte-by-byte",
            "input-of-1-mib",
            "input-half-read",
            "input-of-a-length-that-is-none",
        ],
        page: "PEP 3333, Input and Error Streams",
        ..step(5, "wsgi.input", "in run, let the application read CONTENT_LENGTH bytes")
    },
    Step {
        checks: &[hints::FIRST_PIECE, hints::TOO_LITTLE, hints::HEAD],
        needs: &[
            "body-head-waits-for-a-piece",
            "declared-length-is-kept",
            "declared-too-much",
            "declared-length-that-is-none",
        ],
        page: "PEP 3333, Buffering and Streaming",
        ..step(6, "the body", "send each piece before you ask for the next one")
    },
    Step {
        checks: &[hints::PANIC, hints::EXC_INFO],
        needs: &[
            "failing-before-output",
            "failing-in-its-first-piece",
            "failing-after-an-empty-piece",
            "failing-tells-no-details",
            "failing-is-told-on-stderr",
            "failing-after-output",
            "failing-leaves-the-server-alive",
            "response-to-head-of-a-failure",
        ],
        page: "PEP 3333, Error Handling",
        ..step(
            7,
            "when it goes wrong",
            "answer with 500 while the head is not out, after a panic too",
        )
    },
    Step {
        checks: &[hints::EACH_BODY, hints::CLIENT_LEAVES],
        needs: &[
            "closed-without-content",
            "closed-after-a-failure",
            "closed-when-the-client-has-left",
        ],
        page: "PEP 3333: the close method",
        ..step(8, "close", "call close on each body once, however its answer ended")
    },
    Step {
        checks: &[hints::CHUNKED],
        needs: &[
            "chunked-byte-by-byte",
            "chunked-extensions-and-trailers",
            "chunked-ends-at-its-last-chunk",
            "chunked-in-any-case",
            "chunked-cut-short",
        ],
        page: "RFC 9112 s7.1",
        ..bonus(9, "chunked content", "decode the content of a request in chunks")
    },
    Step {
        checks: &[hints::IN_CHUNKS],
        needs: &["body-for-http-1-0", "declared-length-is-kept", "start-response-without-content"],
        page: "RFC 9112 s7.1",
        ..bonus(10, "an answer in chunks", "send a body without Content-Length in chunks")
    },
    Step {
        checks: &[hints::WRITE],
        needs: &["exc-info-too-late"],
        page: "PEP 3333, The write() Callable",
        ..bonus(11, "write", "send what write is given, and the head before it")
    },
    Step {
        checks: &[hints::SHOUT],
        needs: &["closed-by-middleware"],
        page: "PEP 3333, Middleware",
        ..bonus(12, "middleware", "in shout, make capitals of what the application sends as text")
    },
    Step {
        checks: &[hints::PASSWORD],
        needs: &["guard-asks-for-a-password", "guard-refuses-what-is-wrong"],
        page: "stage3-gateway/stretch/README.md; RFC 7617",
        ..bonus(
            13,
            "a password",
            "let an application guard ask for a password, then call the probe",
        )
    },
    Step {
        checks: &[hints::SERVED, hints::RANGES],
        needs: &["files-that-are-not-there", "files-stay-in-their-folder"],
        page: "stage3-gateway/stretch/README.md; RFC 9110 s14",
        ..bonus(14, "files", "let an application files serve the folder that FILES names")
    },
];
