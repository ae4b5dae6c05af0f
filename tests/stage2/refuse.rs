//! What the server does not serve it refuses: with the right status, to this client only.

use grader::{Check, Server, Target, Verdict, answered, ask, expect, random};

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
        title: "a target with a byte that every client encodes is answered with 400",
        rule: "RFC 3986 s2: no control, no quote, no angle bracket; RFC 9112 s3.2: no fragment",
        hint: "Look at bytes before making text of them: from_utf8_lossy hides what was sent.",
        run: bad_target,
    },
    Check {
        id: "targets-that-clients-send",
        title: "a target with bytes that a browser or curl sends unencoded gets its page",
        rule: "URL Standard, percent-encode sets: browsers leave { } | ^ ` \\ and % as they are; curl \
               sends what it was given",
        hint: "RFC 3986 is stricter than the clients are: refuse only what none of them sends.",
        run: sent_targets,
    },
    Check {
        id: "other-version-505",
        title: "another major version than 1 is answered with 505, and what is no version with 400",
        rule: "RFC 9112 s2.3: HTTP/, a digit, a dot, a digit, in capitals; RFC 9110 s15.6.6",
        hint: "Look at the form first (400), then whether it is a version that you serve (505).",
        run: other_versions,
    },
];

/// Each of the requests gets this status, and the next client is served.
pub fn refused(server: &Server, requests: &[&[u8]], status: u16) -> Verdict {
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
    let no_controls = (0..b' ').filter(|byte| !b"\r\n".contains(byte));
    no_controls.chain(*b"\x7F\"<>#").try_for_each(|bad| {
        let request = [b"GET /a", &[bad][..], b"b HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        refused(&server, &[&request], 400)
    })
}

/// Every other byte, in the path and in the query. The page shows those that are text.
fn sent_targets(target: &Target) -> Verdict {
    let server = target.start()?;
    let is_sent = |byte: &u8| *byte > b' ' && !b"\x7F\"<>#".contains(byte);
    for byte in (0..=u8::MAX).filter(is_sent) {
        let sent = [b"/a", &[byte][..], b"?b", &[byte]].concat();
        let request = [b"GET ", &sent[..], b" HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        let (client, response) = ask(&server, &request)?;
        response.expect_status(&client, 200)?;
        let in_page = String::from_utf8_lossy(&sent).replace('&', "&amp;").replace('\'', "&#39;");
        let what = format!("the page shows the target {in_page}");
        expect(&client, response.text().contains(&in_page), what)?;
    }
    for sent in ["/100%?100%", "/%zz", "/%4", "/%u1234", "/{a}?{b}|c", "/caf\u{e9}?\u{4f60}"] {
        let (client, response) = ask(&server, format!("GET {sent} HTTP/1.1\r\nHost: x\r\n\r\n"))?;
        response.expect_status(&client, 200)?;
        expect(&client, response.text().contains(sent), format!("the page shows {sent}"))?;
    }
    Ok(())
}

fn other_versions(target: &Target) -> Verdict {
    versions(target, &["HTTP/2.0", "HTTP/0.9", "HTTP/3.0"], &[505])?;
    // RFC 9110 s6.2 would serve them as 1.1.
    versions(target, &["HTTP/1.2", "HTTP/1.9"], &[505, 200])?;
    let none = ["HTTP/x", "HTTP/1", "http/1.1", "HTTP/11.1", "HTTP/1.11", "HTTPS/1.1"];
    versions(target, &none, &[400])?;
    let numbers = ["HTTP/123", "HTTP/1e5", "HTTP/nan", "HTTP/+1.", "HTTP/1.+"];
    versions(target, &numbers, &[400])
}

/// A server for each, as one that is slow to close a connection is a matter of a later step.
fn versions(target: &Target, versions: &[&str], statuses: &[u16]) -> Verdict {
    versions.iter().try_for_each(|version| {
        let request = format!("GET / {version}\r\nHost: x\r\n\r\n");
        let (client, response) = ask(&target.start()?, request)?;
        if statuses.contains(&response.status) {
            return Ok(());
        }
        let verdict = response.expect_status(&client, statuses[0]);
        verdict.map_err(|failure| failure.detail(format!("the version is {version}")))
    })
}
