//! The steps of stage 2, and what each is worth.

use grader::{Scored, Seen, Step};

pub const POINTS: u32 = 15;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

const RESET: &[(Seen, &str)] = &[(
    Seen::Reset,
    "It was closed while bytes of the client were unread: the kernel answered with a reset. Shut \
     down the write side, read until the client has closed, then close.",
)];

pub const STEPS: &[Step] = &[
    Step {
        checks: &[
            Scored::new("head-in-pieces", 1),
            Scored::new("head-of-5-kb", 1),
            Scored::new("head-of-40-fields", 1),
        ],
        needs: &["head-in-pieces"],
        page: "RFC 9112 s2.1; std: Read::read",
        ..step(1, "the whole head", "in read_head, read until the empty line has come")
    },
    Step {
        checks: &[Scored::new("page-shows-the-request-line", 2), Scored::new("http-1-0", 1)],
        needs: &["head-byte-by-byte"],
        page: "RFC 9112 s3",
        ..step(2, "the request line", "in request_line, split the first line at its two spaces")
    },
    Step {
        checks: &[Scored::new("response-fields", 1), Scored::new("content-length-counts-bytes", 1)],
        needs: &["response-fields"],
        page: "RFC 9112 s4; RFC 9110 s8.6",
        ..step(3, "the response", "in response, write the status line, four fields, the content")
    },
    Step {
        checks: &[
            Scored::new("malformed-request-line-400", 1),
            Scored::new("long-request-line-414", 1),
            Scored::new("other-version-505", 1),
        ],
        page: "RFC 9110 s15.5",
        ..step(4, "refuse", "in refusal, answer with the status; then find more to refuse")
    },
    Step {
        checks: &[
            Scored::new("unread-content-does-not-eat-the-answer", 1).when(RESET),
            Scored::new("refusal-reaches-a-client-that-still-sends", 1).when(RESET),
        ],
        page: "RFC 9112 s9.6",
        ..step(5, "close without a reset", "in close, shut down the write side and drain")
    },
    Step {
        checks: &[Scored::new("dribbler-408", 1), Scored::new("connect-and-leave", 1)],
        needs: &["silence-is-closed"],
        page: "std: TcpStream::set_read_timeout",
        ..step(6, "clients who say nothing", "give the whole head one deadline")
    },
    Step {
        checks: &[Scored::new("head-has-no-content", 1)],
        needs: &["response-fields"],
        page: "RFC 9110 s9.3.2",
        bonus: true,
        ..step(7, "HEAD", "answer HEAD with the fields of GET and no content")
    },
    Step {
        checks: &[Scored::new("large-header-section-431", 1)],
        needs: &["many-fields-431"],
        page: "RFC 6585 s5",
        bonus: true,
        ..step(8, "too many fields", "refuse more than 64 KiB or 100 fields with 431")
    },
];
