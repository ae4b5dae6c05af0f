//! What is no request line, or no whole head: first it gets no page, and later it gets a 400.
//!
//! A server for each line: one that is slow to close a connection is a matter of a later step.

use grader::{Check, Client, Failure, Server, Target, Verdict, answered, expect, random};

use crate::lenient::{has_page, is_page, told};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const HALF_A_HEAD: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n";

pub const CHECKS: &[Check] = &[
    Check {
        id: "no-page-for-other-lines",
        title: "a request line that is not three parts of visible ASCII gets no page",
        rule: "RFC 9112 s3: method SP request-target SP HTTP-version",
        hint: "Split at each single space: exactly three parts, none of them empty, and nothing but \
               visible ASCII in them. Anything else is Problem::Refuse(400). (In the target you may \
               let bytes from 0x80 on pass.)",
        run: no_page,
    },
    Check {
        id: "malformed-request-line-400",
        title: "a request line that is not three parts of visible ASCII is answered with 400 and a \
                sentence, and so is half a head",
        rule: "RFC 9112 s3: method SP request-target SP HTTP-version; s8: messages that are not whole",
        hint: "What is no request line is Problem::Refuse(400), and refusal(400) is its answer.",
        run: malformed,
    },
];

/// Request lines that are none, and what each of them has that none may have. Bytes from 0x80 on are in
/// the method and not in the target: there curl sends them, and a server may take them or refuse them.
const WRONG: [(&[u8], &str); 14] = [
    (b"GET / x HTTP/1.1", "four parts"),
    (b"GET /", "two parts"),
    (b"GET  / HTTP/1.1", "two spaces after the method"),
    (b"GET\t/\tHTTP/1.1", "tabs in place of spaces"),
    (b"GET / HTTP/1.1 ", "a space at its end"),
    (b" GET / HTTP/1.1", "a space at its start"),
    (b"G\xFFT / HTTP/1.1", "a byte that is no text"),
    (b"G\xC3\x89T / HTTP/1.1", "the letter \u{c9}, which is text and no ASCII"),
    (b"GET /\x07 HTTP/1.1", "a control character"),
    (b"GET /\x7F HTTP/1.1", "DEL, a control character"),
    (b"GET  HTTP/1.1", "an empty target"),
    (b" / HTTP/1.1", "an empty method"),
    (b"GET / HTTP/1.1\rx", "a CR alone in it"),
    (b"GET / HTTP/1.1\nx: y", "an LF alone in it"),
];

fn no_page(target: &Target) -> Verdict {
    shows_its_target(&target.start()?)?;
    for (line, flaw) in WRONG {
        let (client, answer) = told(&target.start()?, request(line))?;
        expect(&client, !is_page(&answer), format!("no page comes for a line with {flaw}"))?;
    }
    // A server that panics gives no page either.
    let server = target.start()?;
    told(&server, request(b"GET /\xFF HTTP/1.1"))?;
    shows_its_target(&server)
}

fn request(line: &[u8]) -> Vec<u8> {
    [line, b"\r\nHost: x\r\n\r\n"].concat()
}

fn shows_its_target(server: &Server) -> Verdict {
    let path = random::name();
    let (client, page) = told(server, format!("GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n"))?;
    has_page(&client, &page)?;
    expect(&client, page.contains(&path), "the page shows the target")
}

fn malformed(target: &Target) -> Verdict {
    for (line, flaw) in WRONG {
        let server = target.start()?;
        let mut client = server.connect()?;
        client.send(&request(line))?;
        let verdict = refused(client);
        verdict.map_err(|failure| failure.detail(format!("the request line has {flaw}")))?;
    }
    let server = target.start()?;
    answered(&server, REQUEST, 200)?;
    let mut client = server.connect()?;
    client.send(HALF_A_HEAD.as_bytes())?;
    client.half_close()?;
    refused(client).map_err(|failure: Failure| {
        failure
            .detail("the client has sent half a head, ended its side, and still listens")
            .by_hand("printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n' | nc -N 127.0.0.1 8888")
    })?;
    answered(&server, REQUEST, 200)
}

/// The client is told what is wrong, in a form that no browser takes for a page.
fn refused(mut client: Client) -> Verdict {
    let response = client.response("GET")?;
    response.expect_status(&client, 400)?;
    let kind = response.field("Content-Type").unwrap_or_default();
    expect(&client, kind.starts_with("text/plain"), "the Content-Type is text/plain")?;
    let is_told = !response.content.trim_ascii().is_empty();
    expect(&client, is_told, "the content says what was wrong")
}
