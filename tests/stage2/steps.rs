//! The steps of stage 2, and what each is worth.

use grader::{Scored, Seen, Step};

use crate::hints::{
    AS_GENTLY, FIELDS, FIRST_BYTE, GIVES_UP, HEAD, LINES, LONG, MALFORMED, ONE_READ, RESET,
    SECTION, SILENT, STATUS_LINE, VERSIONS, WHOLE,
};

pub const POINTS: u32 = 15;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[
            Scored::new("head-in-pieces", 1).told(&[STATUS_LINE]).when(WHOLE),
            Scored::new("head-of-5-kb", 1).told(&[STATUS_LINE]).when(WHOLE),
            Scored::new("connect-and-leave", 1)
                .told(&[STATUS_LINE, ("before the head", ONE_READ)])
                .when(&[(
                    Seen::Hung,
                    "read returns 0 when the client has left, and from then on for ever: end the \
                     loop there.",
                )]),
        ],
        needs: &["head-with-bytes-behind-it", "head-ends-with-crlf-crlf", "head-that-is-no-text"],
        page: "RFC 9112 s2.1; std: Read::read",
        ..step(
            1,
            "the whole head",
            "in read_head, read until the empty line has come, or the end of the stream",
        )
    },
    Step {
        checks: &[
            Scored::new("page-shows-the-request-line", 1),
            Scored::new("http-1-0", 1),
            Scored::new("no-page-for-other-lines", 1).told(LINES),
        ],
        needs: &["head-byte-by-byte"],
        page: "RFC 9112 s3",
        ..step(
            2,
            "the request line",
            "in request_line, split the first line at its two spaces",
        )
    },
    Step {
        checks: &[
            Scored::new("response-fields", 1).told(FIELDS).when(&[(
                Seen::Malformed,
                "Each line of the head ends with CR LF: \\r\\n, not \\n alone; and an empty line ends it.",
            )]),
            Scored::new("content-length-counts-bytes", 1),
        ],
        needs: &["response-fields"],
        page: "RFC 9112 s4; RFC 9110 s8.6",
        ..step(
            3,
            "the response",
            "in response, write the status line, four fields, the content",
        )
    },
    Step {
        checks: &[
            Scored::new("malformed-request-line-400", 1).told(MALFORMED).when(SILENT),
            Scored::new("long-request-line-414", 1).told(LONG).when(SILENT),
            Scored::new("other-version-505", 1).told(VERSIONS).when(SILENT),
        ],
        page: "RFC 9110 s15.5",
        ..step(
            4,
            "refuse",
            "in refusal, answer with the status; then refuse versions (request_line) and long lines \
             (read_head)",
        )
    },
    Step {
        checks: &[
            Scored::new("unread-content-does-not-eat-the-answer", 1).when(RESET),
            Scored::new("gives-up-after-two-seconds", 1).told(GIVES_UP),
        ],
        needs: &["reads-on-after-the-answer", "refusal-reaches-a-client-that-still-sends"],
        page: "RFC 9112 s9.6",
        ..step(
            5,
            "close without a reset",
            "in close, shut down the write side, then read for two seconds at most",
        )
    },
    Step {
        checks: &[
            Scored::new("dribbler-408", 1).told(&[("still taken", AS_GENTLY)]).when(&[
                (Seen::Reset, AS_GENTLY),
                (
                    Seen::Hung,
                    "HEAD_TIMEOUT was over long ago. There is no deadline yet, or each byte starts \
                     it again: note when the connection was opened, and before each read set its \
                     timeout to what is left of the whole.",
                ),
                (
                    Seen::ClosedEarly,
                    "Some of the head had come, so the client is told: Problem::Refuse(408). Only \
                     who has said nothing is closed without a word.",
                ),
            ]),
            Scored::new("silence-is-closed", 1).when(FIRST_BYTE),
        ],
        needs: &["head-time-from-the-connection", "stopped-and-continued"],
        page: "std: TcpStream::set_read_timeout",
        ..step(
            6,
            "clients who say nothing",
            "give the first byte a second, and the whole head one deadline",
        )
    },
    Step {
        checks: &[Scored::new("head-has-no-content", 1).told(HEAD)],
        needs: &["response-fields"],
        page: "RFC 9110 s9.3.2",
        bonus: true,
        ..step(
            7,
            "HEAD",
            "answer HEAD with the fields of GET, the same length too, and no content",
        )
    },
    Step {
        checks: &[Scored::new("large-header-section-431", 1).told(SECTION)],
        needs: &["many-fields-431"],
        page: "RFC 6585 s5",
        bonus: true,
        ..step(
            8,
            "too many fields",
            "refuse more than 64 KiB or 100 fields with 431",
        )
    },
    Step {
        checks: &[Scored::new("greeting-by-path", 1)],
        page: "RFC 3986 s2.1",
        bonus: true,
        ..step(9, "a greeting by path", "greet whoever stands behind /hello/, percent-decoded")
    },
    Step {
        checks: &[Scored::new("not-modified-304", 1)],
        page: "RFC 9110 s8.8.3, s13.1.2",
        bonus: true,
        ..step(10, "not again", "give the page an ETag, and answer If-None-Match with 304")
    },
];
