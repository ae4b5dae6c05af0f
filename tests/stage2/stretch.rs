//! What the stretch exercises ask for: `stage2-single-request/stretch` tells them.

use grader::{Check, Client, Failure, Group, Response, Server, Target, Verdict, answered, ask};
use grader::{expect, get, random};

pub const GROUPS: &[Group] = &[Group::together(CHECKS)];

/// The number of each one's step, and a program that earns its points.
pub const SOLUTIONS: &[(u8, &str)] = &[
    (9, env!("CARGO_BIN_EXE_stage2-stretch-greeting")),
    (10, env!("CARGO_BIN_EXE_stage2-stretch-not-again")),
];

const CHECKS: &[Check] = &[
    Check {
        id: "greeting-by-path",
        title: "/hello/NAME greets NAME, percent-decoded, as text, and all else is as before",
        rule: "RFC 3986 s2.1: % and two hex digits stand for a byte",
        hint: "Decode bytes first, and make text of them only then: %C3%BC is one letter of two \
               bytes. What is no percent-encoding (%+5: two digits, and no sign), or no UTF-8, is \
               400. Escape the name on the page.",
        run: greeting,
    },
    Check {
        id: "not-modified-304",
        title: "a client that has the page already is answered with 304 and no content",
        rule: "RFC 9110 s13.1.2: If-None-Match; s15.4.5: 304 Not Modified",
        hint: "Make the ETag from the page, in double quotes. If-None-Match is `*` or a list of \
               tags: if yours is among them, with or without W/ before it, answer 304 with the ETag.",
        run: not_modified,
    },
];

fn greeting(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    for (path, shown) in [
        (name.clone(), name.clone()),
        (format!("{name}%20J%C3%BCrgen"), format!("{name} Jürgen")),
        (format!("%3Cb%3E{name}"), format!("&lt;b&gt;{name}")),
    ] {
        let (client, response) = get(&server, &format!("/hello/{path}"))?;
        response.expect_status(&client, 200)?;
        let text = response.text();
        expect(&client, text.contains(&shown), format!("the page greets {shown}"))?;
    }
    for wrong in ["%zz", "%4", "%+5", "%FF", "%C3"] {
        let request = format!("GET /hello/{name}{wrong} HTTP/1.1\r\nHost: x\r\n\r\n");
        answered(&server, request, 400)?;
    }
    let (client, response) = get(&server, &format!("/{name}"))?;
    response.expect_status(&client, 200)?;
    expect(&client, response.text().contains("HTTP/1.1"), "another page is as before")
}

fn not_modified(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    let (client, first) = get(&server, &format!("/{path}"))?;
    let tag = tag(&client, &first)?;
    let (client, other) = get(&server, &format!("/{path}x"))?;
    let differs = self::tag(&client, &other)? != tag;
    expect(&client, differs, "another page has another ETag")?;
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let (mut client, response) = conditional(&server, &path, &known)?;
        response.expect_status(&client, 304)?;
        response.expect_field(&client, "ETag", &tag)?;
        client.sees_end()?;
    }
    let (client, response) = conditional(&server, &path, "\"another\"")?;
    response.expect_status(&client, 200)?;
    expect(&client, response.text().contains(&path), "the page comes if the tag is another one")
}

fn conditional(server: &Server, path: &str, known: &str) -> Result<(Client, Response), Failure> {
    let fields = format!("Host: x\r\nIf-None-Match: {known}\r\n");
    ask(server, format!("GET /{path} HTTP/1.1\r\n{fields}\r\n"))
}

/// The page's ETag: double quotes, and no double quote between them.
fn tag(client: &Client, response: &Response) -> Result<String, Failure> {
    response.expect_status(client, 200)?;
    let tag = response.field("ETag").unwrap_or_default();
    let opaque = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let is_tag = opaque.is_some_and(|opaque| !opaque.contains('"'));
    expect(client, is_tag, "the answer has an ETag in double quotes")?;
    Ok(tag.to_owned())
}
