//! The answer: a page that shows the request line, framed and described as the standards say.

use std::time::{SystemTime, UNIX_EPOCH};

use grader::{Check, Failure, Framing, Response, Server, Target, Verdict};
use grader::{answered, ask, expect, get, random};

use crate::lenient::{has_page, told};

pub const CHECKS: &[Check] = &[
    Check {
        id: "page-shows-the-request-line",
        title: "the page shows method, target and version as the client sent them",
        rule: "RFC 9112 s3: method SP request-target SP HTTP-version",
        hint: "Split the first line at its spaces into exactly three parts.",
        run: shows_the_request_line,
    },
    Check {
        id: "page-is-escaped",
        title: "a target with & and ' appears on the page as text",
        rule: "HTML, character references: & < > \" ' have a meaning in markup",
        hint: "Replace & by &amp; first, then < > \" ' by &lt; &gt; &quot; &#39;.",
        run: escaped,
    },
    Check {
        id: "response-fields",
        title: "the answer says what it is, how long, when, and that the connection ends",
        rule: "RFC 9110 s6.6.1 (Date), s8.3 (Content-Type), s8.6 (Content-Length); RFC 9112 s9.6",
        hint: "Date is an IMF-fixdate in GMT, made anew for each answer: Sun, 06 Nov 1994 08:49:37 GMT.",
        run: fields,
    },
    Check {
        id: "content-length-counts-bytes",
        title: "Content-Length is the number of bytes that follow",
        rule: "RFC 9110 s8.6: a number of octets",
        hint: "Take the length of the bytes that are sent, not of the characters in the text.",
        run: content_length,
    },
    Check {
        id: "head-has-no-content",
        title: "HEAD is answered with the fields of GET and without content",
        rule: "RFC 9110 s9.3.2; s8.6: its Content-Length is that of the answer to GET",
        hint: "Make the answer to GET, and leave out the content when it is written.",
        run: head_method,
    },
    Check {
        id: "http-1-0",
        title: "an HTTP/1.0 request is answered, and the page shows its version",
        rule: "RFC 9110 s6.2: the answer still says HTTP/1.1",
        hint: "Take both versions, and write your own into the status line.",
        run: http_1_0,
    },
    Check {
        id: "favicon",
        title: "a request for /favicon.ico is answered like any other",
        rule: "every browser asks for it",
        hint: "Whatever the path, answer and close.",
        run: |target| {
            answered(&target.start()?, "GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n", 200)
        },
    },
];

fn shows_the_request_line(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = format!("/{}/{}?{}=%20", random::name(), random::name(), random::name());
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (client, answer) = told(&server, request)?;
    has_page(&client, &answer)?;
    let page = answer.strip_prefix("HTTP/1.1").unwrap_or(&answer);
    for part in ["GET", &path, "HTTP/1.1"] {
        expect(&client, page.contains(part), format!("the page shows {part}"))?;
    }
    Ok(())
}

fn escaped(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    let (client, response) = get(&server, &format!("/?{name}&b='x'"))?;
    response.expect_status(&client, 200)?;
    let text = response.text();
    let ampersand = text.contains(&format!("{name}&amp;b="));
    expect(&client, ampersand, format!("the page holds {name}&amp;b="))?;
    expect(&client, !text.contains("'x'"), "the page holds no bare ' from the target")
}

fn fields(target: &Target) -> Verdict {
    let server = target.start()?;
    has_fields(&server)?;
    let first = now();
    server.wait_until("the next second", || (now() > first).then_some(()))?;
    has_fields(&server).map_err(|failure| failure.detail("this was the second answer"))
}

fn has_fields(server: &Server) -> Verdict {
    let before = now();
    let (client, response) = get(server, "/")?;
    let after = now();
    response.expect_field(&client, "Connection", "close")?;
    expect(&client, response.framing == Framing::Length, "the answer has a Content-Length")?;
    let kind = response.field("Content-Type").unwrap_or_default().to_ascii_lowercase();
    let right = kind.starts_with("text/html") && kind.replace('"', "").contains("charset=utf-8");
    expect(&client, right, "the Content-Type is text/html with charset=utf-8")?;
    let Some(date) = response.date() else {
        return expect(&client, false, "there is one Date, an IMF-fixdate");
    };
    expect(&client, (before..=after).contains(&date), "the Date is the time of the answer")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

fn content_length(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = get(&server, &format!("/{}", random::name()))?;
    response.expect_status(&client, 200)?;
    let text = str::from_utf8(&response.content);
    expect(&client, text.is_ok(), "the content is whole UTF-8 up to the declared length")?;
    let ends = response.content.trim_ascii_end().ends_with(b">");
    expect(&client, ends, "the page ends where the declared length ends")?;
    client.sees_end()
}

fn head_method(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    let request = |method| format!("{method} /{path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let (_, of_get) = ask(&server, request("GET"))?;
    let (mut client, of_head) = ask(&server, request("HEAD"))?;
    of_head.expect_status(&client, 200)?;
    let same = names(&of_get) == names(&of_head);
    expect(&client, same, "HEAD is answered with the same fields as GET")?;
    let length = of_get.content.len().to_string();
    of_head.expect_field(&client, "Content-Length", &length).map_err(|failure: Failure| {
        failure.detail(format!("the content of the answer to GET has {length} bytes"))
    })?;
    client.sees_end()
}

fn names(response: &Response) -> Vec<&str> {
    response.fields.iter().map(|(name, _)| name.as_str()).collect()
}

fn http_1_0(target: &Target) -> Verdict {
    let server = target.start()?;
    let (client, answer) = told(&server, "GET / HTTP/1.0\r\n\r\n")?;
    has_page(&client, &answer)?;
    expect(&client, answer.contains("HTTP/1.0"), "the page shows HTTP/1.0")
}
