//! What the server does not serve it refuses: with the right status, to this client only.

use grader::{Check, Failure, Server, Target, Verdict, answered, ask, random};

use crate::lenient::{has_page, told_late};

pub const CHECKS: &[Check] = &[
    Check {
        id: "other-methods-501",
        title: "a method that this server does not know is answered with 501",
        rule: "RFC 9110 s9.1: any token is a method; s15.6.2: one that no resource here knows",
        hint: "Match on GET and HEAD; everything else that is a token gets 501.",
        run: other_methods,
    },
    Check {
        id: "bad-request-line-400",
        title: "a request line that is not method, target and version is answered with 400",
        rule: "RFC 9112 s3: single spaces, a token, CRLF; s2.2: one empty line may come before it",
        hint: "Count the parts: exactly three, none empty. A bare LF is no line end.",
        run: bad_request_line,
    },
    Check {
        id: "bad-target-400",
        title: "a target with a byte that no URI holds is answered with 400",
        rule: "RFC 3986 s2: unreserved, reserved, and % with two hex digits; nothing else",
        hint: "Look at bytes before making text of them: from_utf8_lossy hides what was sent.",
        run: bad_target,
    },
    Check {
        id: "other-version-505",
        title: "a version other than 1.0 and 1.1 is answered with 505, and what is no version with 400",
        rule: "RFC 9112 s2.3: HTTP/, a digit, a dot, a digit, in capitals; RFC 9110 s15.6.6",
        hint: "Look at the form first (400), then whether it is a version that you serve (505).",
        run: other_versions,
    },
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

/// Each of the requests gets this status, and the next client is served.
fn refused(server: &Server, requests: &[&[u8]], status: u16) -> Verdict {
    requests.iter().try_for_each(|request| answered(server, request, status))?;
    answered(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 200)
}

fn other_methods(target: &Target) -> Verdict {
    let server = target.start()?;
    let unknown = random::name();
    for method in ["POST", "DELETE", "OPTIONS", "get", "M-SEARCH", &unknown] {
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\n\r\n");
        refused(&server, &[request.as_bytes()], 501)?;
    }
    Ok(())
}

fn bad_request_line(target: &Target) -> Verdict {
    let server = target.start()?;
    let requests: &[&[u8]] = &[
        b"GET /\r\n\r\n",
        b"GET / x HTTP/1.1\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1 \r\n\r\n",
        b"GET\t/\tHTTP/1.1\r\n\r\n",
        b"G(T / HTTP/1.1\r\n\r\n",
        b"G\xC3\x89T / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\n\n",
        b"GET / HTTP/1.1\nHost: x\r\n\r\n",
        b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    ];
    refused(&server, requests, 400)?;
    answered(&server, "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 200)
}

fn bad_target(target: &Target) -> Verdict {
    let server = target.start()?;
    let targets: &[&[u8]] = &[
        b"/\"",
        b"/<b>",
        b"/{x}",
        b"/a\\b",
        b"/a|b",
        b"/\xC3\xA9",
        b"/\xFF",
        b"/%zz",
        b"/%4",
        b"/%",
    ];
    targets.iter().try_for_each(|bad| {
        let request = [b"GET ", *bad, b" HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        refused(&server, &[&request], 400)
    })
}

fn other_versions(target: &Target) -> Verdict {
    versions(target, &["HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"], 505)?;
    let none = ["HTTP/x", "HTTP/1", "http/1.1", "HTTP/11.1", "HTTP/1.11", "HTTPS/1.1"];
    versions(target, &none, 400)
}

/// A server for each, as one that is slow to close a connection is a matter of a later step.
fn versions(target: &Target, versions: &[&str], status: u16) -> Verdict {
    versions.iter().try_for_each(|version| {
        let request = format!("GET / {version}\r\nHost: x\r\n\r\n");
        let (client, response) = ask(&target.start()?, request)?;
        let verdict = response.expect_status(&client, status);
        verdict.map_err(|failure| failure.detail(format!("the version is {version}")))
    })
}

fn long_request_line(target: &Target) -> Verdict {
    let server = target.start()?;
    let request = |length: usize| {
        let path = "a".repeat(length - "GET / HTTP/1.1".len());
        format!("GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n")
    };
    answered(&server, request(16_384), 200)?;
    refused(&server, &[request(16_385).as_bytes()], 414)?;
    cut_before_lf(&server, &request(16_384)).map_err(|failure| {
        failure.detail("its CR was the last that came; its LF came half a second later")
    })?;
    // Little more than the limit: a server may refuse it only when all of it has been read.
    let endless = format!("GET /{}", "a".repeat(16_395));
    refused(&server, &[endless.as_bytes()], 414).map_err(|failure: Failure| {
        failure.detail("16,400 bytes have come, and no end of the line")
    })
}

/// A request line whose CR and LF arrive apart is as long as any other.
fn cut_before_lf(server: &Server, request: &str) -> Verdict {
    let cr = request.find('\r').unwrap_or_default();
    let (client, answer) = told_late(server, request.as_bytes(), cr + 1)?;
    has_page(&client, &answer)
}

fn large_header_section(target: &Target) -> Verdict {
    const LIMIT: usize = 64 * 1024;
    let server = target.start()?;
    let request = |length: usize| {
        let value = "v".repeat(length - "Host: x\r\nX: \r\n".len());
        format!("GET / HTTP/1.1\r\nHost: x\r\nX: {value}\r\n\r\n")
    };
    answered(&server, request(LIMIT), 200)?;
    refused(&server, &[request(LIMIT + 1).as_bytes()], 431)
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
