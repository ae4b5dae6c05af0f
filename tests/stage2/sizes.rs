//! How long a line may be, and how large a head: what is too much is refused, also while it grows.

use grader::{Check, Failure, Server, Target, Verdict, answered};

use crate::lenient::{has_page, told_late};
use crate::refuse::refused;

const LINE: usize = 16 * 1024;
const SECTION: usize = 64 * 1024;

pub const CHECKS: &[Check] = &[
    Check {
        id: "long-request-line-414",
        title: "a request line of 16,384 bytes is served, and a longer one is answered with 414, also \
                while its end has not come",
        rule: "RFC 9112 s3, RFC 9110 s15.5.15: a limit, and a status that names it",
        hint: "Count the bytes of the line without its CRLF.",
        run: long_request_line,
    },
    Check {
        id: "large-header-section-431",
        title: "a header section of 65,536 bytes is served, and one byte more is answered with 431",
        rule: "RFC 6585 s5; counted are all field lines with their CRLFs, not the final empty line",
        hint: "Judge the size of a head that is whole as well as of one that still grows. Counted are \
               all field lines with their CRLFs: neither the request line nor the empty one at the end.",
        run: large_header_section,
    },
    Check {
        id: "many-fields-431",
        title: "a hundred fields are served, and one more is answered with 431",
        rule: "RFC 6585 s5",
        hint: "Count the field lines as they come.",
        run: many_fields,
    },
];

fn long_request_line(target: &Target) -> Verdict {
    let server = target.start()?;
    let long = |length: usize| {
        let path = length - "GET / HTTP/1.1".len();
        let typed = format!("printf 'GET /%s HTTP/1.1\\r\\n\\r\\n' {}", filled(path));
        let request = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(path));
        (request, told(format!("the request line has {length} bytes"), typed))
    };
    let (request, tell) = long(LINE);
    answered(&server, &request, 200).map_err(tell)?;
    cut(&server, &request, request.find('\r').unwrap_or_default() + 1).map_err(|failure| {
        failure.detail("the CR of the request line was the last; its LF came half a second later")
    })?;
    let (request, tell) = long(LINE + 1);
    refused(&server, &[request.as_bytes()], 414).map_err(tell)?;
    // Were the last one its CR, the line would have one too many all the same.
    let endless = format!("GET /{}", "a".repeat(LINE + 2 - "GET /".len()));
    let what = format!("{} bytes have come, and no end of the line", endless.len());
    let typed = format!("(printf 'GET /%s' {}; sleep 9)", filled(endless.len() - "GET /".len()));
    refused(&server, &[endless.as_bytes()], 414).map_err(told(what, typed))
}

fn large_header_section(target: &Target) -> Verdict {
    let server = target.start()?;
    let large = |length: usize| {
        let value = length - "X: \r\n".len();
        let typed = format!("printf 'GET / HTTP/1.1\\r\\nX: %s\\r\\n\\r\\n' {}", filled(value));
        let request = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(value));
        (request, told(format!("the field lines have {length} bytes"), typed))
    };
    let (request, tell) = large(SECTION);
    answered(&server, &request, 200).map_err(tell)?;
    cut(&server, &request, request.len() - 1).map_err(|failure| {
        failure.detail("the CR of the empty line was the last; its LF came half a second later")
    })?;
    let (request, tell) = large(SECTION + 1);
    refused(&server, &[request.as_bytes()], 431).map_err(tell)
}

/// A head whose last CR and LF arrive apart is as large as any other.
fn cut(server: &Server, request: &str, at: usize) -> Verdict {
    let (client, answer) = told_late(server, request.as_bytes(), at)?;
    has_page(&client, &answer)
}

/// Adds what was sent, in words, and how to send it.
fn told(what: String, typed: String) -> impl FnOnce(Failure) -> Failure {
    let by_hand = format!("{typed} | nc -N 127.0.0.1 8888 | head -n 1");
    |failure| failure.detail(what).by_hand(by_hand)
}

/// So many bytes, as a shell makes them.
fn filled(count: usize) -> String {
    format!("$(head -c {count} /dev/zero | tr '\\0' a)")
}

fn many_fields(target: &Target) -> Verdict {
    let server = target.start()?;
    let request = |count: usize| {
        let others: String = (1..count).map(|number| format!("X-{number}: y\r\n")).collect();
        format!("GET / HTTP/1.1\r\nHost: x\r\n{others}\r\n")
    };
    answered(&server, request(100), 200)?;
    refused(&server, &[request(101).as_bytes()], 431)
}
