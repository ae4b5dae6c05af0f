//! The variables that are made of fields: `HTTP_*`.

use super::talk::{get, post, request};
use super::variables::Variables;
use crate::check::{Check, Verdict};
use crate::random;
use crate::target::Target;

/// How fields become variables, and which of them do not.
pub const CHECKS: &[Check] = &[
    Check {
        id: "environ-without-transfer-encoding",
        title: "content in chunks arrives decoded, and no variable says that it ever was in chunks",
        rule: "RFC 9112 s7.1.3: who decodes the coding removes the field; PEP 3333, wsgi.input",
        hint: "An application that finds HTTP_TRANSFER_ENCODING decodes the content once more, as Bottle \
               does, and fails.",
        run: transfer_encoding,
    },
    Check {
        id: "fields-become-variables",
        title: "X-Some-Name becomes HTTP_X_SOME_NAME, in whatever case it came",
        rule: "RFC 3875 s4.1.18; RFC 9110 s5.1: names of fields have no case",
        hint: "Upper case, `-` becomes `_`, HTTP_ in front; the value without the space around it.",
        run: names,
    },
    Check {
        id: "fields-repeated-are-joined",
        title: "fields of the same name become one variable, in order, with a comma and a space",
        rule: "RFC 9110 s5.2 and s5.3",
        hint: "When a name comes again, append its value: do not overwrite the first one.",
        run: |target| joined(target, "X-List", "HTTP_X_LIST", ", "),
    },
    Check {
        id: "fields-cookies-are-joined",
        title: "several Cookie fields become one variable, with a semicolon and a space",
        rule: "RFC 9113 s8.2.3: `; ` between them; a comma would be part of a value",
        hint: "Append here as well, and don't overwrite. Cookie is not a list with commas: put \
               \"; \" between its values.",
        run: |target| joined(target, "Cookie", "HTTP_COOKIE", "; "),
    },
    Check {
        id: "fields-with-an-underscore-are-dropped",
        title: "X_User does not become HTTP_X_USER",
        rule: "book/src/stage3-gateway/environ.md: X_User and X-User would be one variable",
        hint: "Drop a field whose name has an underscore before you turn hyphens into underscores.",
        run: underscore,
    },
    Check {
        id: "fields-of-the-content",
        title: "CONTENT_TYPE and CONTENT_LENGTH are those of the request, and nothing without one",
        rule: "RFC 3875 s4.1.2 and s4.1.3; chunks declare no length",
        hint: "These two fields have variables without HTTP_, in whatever case their names came; \
               leave them out if nobody sent them.",
        run: content,
    },
    Check {
        id: "fields-of-the-content-have-no-http",
        title: "there is no HTTP_CONTENT_TYPE and no HTTP_CONTENT_LENGTH",
        rule: "RFC 3875 s4.1.18: not what other variables tell already",
        hint: "These two become CONTENT_TYPE and CONTENT_LENGTH, and nothing else: not HTTP_ besides.",
        run: content_without_http,
    },
    Check {
        id: "fields-proxy-is-dropped",
        title: "a field named Proxy never becomes HTTP_PROXY",
        rule: "CVE-2016-5385 (httpoxy): programs take HTTP_PROXY for the proxy that they must use",
        hint: "Drop the field Proxy, in whatever case its name came: no browser sends one, and no \
               standard has one.",
        run: proxy,
    },
    Check {
        id: "fields-host-of-an-absolute-target",
        title: "the host of a target that is a whole URI replaces the field Host",
        rule: "RFC 9112 s3.2.2: an origin server ignores Host then; it also takes the path apart",
        hint: "For GET http://a.example/b, HTTP_HOST is a.example and PATH_INFO is /b.",
        run: absolute,
    },
];

fn names(target: &Target) -> Verdict {
    let server = target.start()?;
    let (name, value) = (random::name(), random::name());
    let fields = format!("x-{name}-Two:\t {value}: 1 \r\nUSER-AGENT: {value}\r\nX-Empty:\r\n");
    let variables = Variables::of(&server, request("GET", "/environ", &fields))?;
    let first = format!("HTTP_X_{}_TWO", name.to_uppercase());
    variables.expect(&first, format!("{value}: 1"))?;
    variables.expect("HTTP_USER_AGENT", &value)?;
    variables.expect("HTTP_X_EMPTY", "")?;
    variables.expect("HTTP_HOST", "localhost")
}

fn joined(target: &Target, name: &str, variable: &str, separator: &str) -> Verdict {
    let server = target.start()?;
    let values = [random::name() + "=1", random::name() + "=2", random::name() + "=3"];
    let [first, second, third] = &values;
    let lower = name.to_ascii_lowercase();
    let fields = format!("{name}: {first}\r\nX-B: b\r\n{lower}: {second}\r\n{name}: {third}\r\n");
    let variables = Variables::of(&server, request("GET", "/environ", &fields))?;
    variables.expect(variable, values.join(separator))
}

fn underscore(target: &Target) -> Verdict {
    let server = target.start()?;
    let alone = Variables::of(&server, request("GET", "/environ", "X_User: evil\r\n"))?;
    alone.expect_none("HTTP_X_USER")?;
    drop(alone);
    for fields in ["X-User: good\r\nX_User: evil\r\n", "x_user: evil\r\nX-User: good\r\n"] {
        let both = Variables::of(&server, request("GET", "/environ", fields))?;
        both.expect("HTTP_X_USER", "good")?;
    }
    Ok(())
}

fn content(target: &Target) -> Verdict {
    let server = target.start()?;
    let kind = format!("text/{}; q=\"a\"", random::name());
    let fields = format!("content-type: {kind}\r\nContent-Length: 3\r\n");
    let with = Variables::of(&server, request("POST", "/environ", &fields) + "abc")?;
    with.expect("CONTENT_TYPE", kind)?;
    with.expect("CONTENT_LENGTH", "3")?;
    drop(with);
    let chunks = request("POST", "/environ", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n";
    [get("/environ"), chunks].iter().try_for_each(|request| {
        let without = Variables::of(&server, request)?;
        without.expect_nothing("CONTENT_TYPE")?;
        without.expect_nothing("CONTENT_LENGTH")
    })
}

fn transfer_encoding(target: &Target) -> Verdict {
    let server = target.start()?;
    for coding in ["chunked", "Chunked"] {
        let fields = format!("Transfer-Encoding: {coding}\r\nTE: trailers\r\nTrailer: X-A\r\n");
        let chunks = request("POST", "/environ", &fields) + "1\r\na\r\n0\r\nX-A: b\r\n\r\n";
        let variables = Variables::of(&server, chunks)?;
        variables.expect_none("HTTP_TRANSFER_ENCODING")?;
        variables.expect_none("HTTP_X_A")?;
        variables.expect("HTTP_TE", "trailers")?; // it speaks of the answer
    }
    Ok(())
}

fn content_without_http(target: &Target) -> Verdict {
    let server = target.start()?;
    let with_type = String::from_utf8_lossy(&post("/environ", b"abc"))
        .replace("Connection:", "Content-Type: text/plain\r\nConnection:");
    let variables = Variables::of(&server, with_type)?;
    variables.expect("CONTENT_TYPE", "text/plain")?;
    variables.expect_none("HTTP_CONTENT_TYPE")?;
    variables.expect_none("HTTP_CONTENT_LENGTH")
}

fn proxy(target: &Target) -> Verdict {
    let server = target.start()?;
    ["Proxy", "proxy", "PROXY"].into_iter().try_for_each(|name| {
        let fields = format!("{name}: http://evil.example/\r\nX-Proxy: fine\r\n");
        let variables = Variables::of(&server, request("GET", "/environ", &fields))?;
        variables.expect_none("HTTP_PROXY")?;
        variables.expect("HTTP_X_PROXY", "fine")
    })
}

fn absolute(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    let uri = format!("http://{name}.example:81/environ/{name}?q");
    let variables = Variables::of(&server, request("GET", &uri, ""))?;
    variables.expect("HTTP_HOST", format!("{name}.example:81"))?;
    variables.expect("PATH_INFO", format!("/environ/{name}"))?;
    variables.expect("QUERY_STRING", "q")
}
