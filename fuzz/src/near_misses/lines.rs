//! What is odd in the lines of a head: their ends, what stands before and between them.

use super::{Case, case};

/// How a line could end.
const ENDS: [&str; 12] = [
    "\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", " \r\n", "\t\r\n", "", "\0\r\n", "\r\n ",
    "\r\n\t",
];

/// What could stand in front of a request.
const BEFORE: [&str; 12] =
    ["", "\r\n", "\r\n\r\n", "\n", "\r", " ", "\0", "\t", "\u{feff}", "\r\n ", "\n\r\n", " \r\n"];

const TARGETS: [&str; 29] = [
    "/",
    "/a?b",
    "*",
    "a",
    "http://a/b",
    "http://a",
    "HTTP://a/",
    "http://u@a/",
    "http:///",
    "http://a:x/",
    "//a/b",
    "/a b",
    "/\t",
    "/\0",
    "/\x7f",
    "/\u{fc}",
    "/#a",
    "/%",
    "/%zz",
    "/\"",
    "/<>",
    "/{}",
    "/|",
    "/\\",
    "/^`",
    "/100%?100%",
    "/%u00fc",
    "http://a{/",
    "",
];

const VERSIONS: [&str; 10] = [
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.2",
    "HTTP/2.0",
    "HTTP/0.9",
    "http/1.1",
    "HTTP/1.10",
    "HTTP/1,1",
    "HTTP/11",
    "",
];

const METHODS: [&str; 11] =
    ["GET", "get", "HEAD", "OPTIONS", "PRI", "M-SEARCH", "CONNECT", "G T", "G\0T", "G(T", ""];

const FIELDS: [&str; 28] = [
    "A: b",
    "A:b",
    "A:",
    ": b",
    "A",
    "A : b",
    "A\t: b",
    " A: b",
    "\tA: b",
    "A: b\x01",
    "A: b\x7f",
    "A: b\0",
    "A: \u{fc}",
    "A\u{fc}: b",
    "A(: b",
    "A: b\x0b",
    "Connection: close",
    "Connection: a, Close",
    "Connection: upgrade\r\nUpgrade: a",
    "Expect: 100-continue",
    "Expect: 200-ok",
    "Expect:",
    "Expect: , 100-continue,",
    "Expect: 100-continue 100-continue",
    "Connection: , close,",
    "Host: b",
    "Host: a b",
    "TE: chunked",
];

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for first in ENDS {
        for second in ENDS {
            for last in ENDS {
                let head = format!(
                    "POST /a HTTP/1.1{first}Host: a{second}Content-Length: 5{last}\r\nhello"
                );
                cases.push(named(head));
            }
        }
    }
    for method in METHODS {
        for target in TARGETS {
            for version in VERSIONS {
                cases.push(named(format!("{method} {target} {version}\r\nHost: a\r\n\r\n")));
            }
        }
    }
    for field in FIELDS {
        for version in ["1.1", "1.0"] {
            cases.push(named(format!("GET / HTTP/{version}\r\nHost: a\r\n{field}\r\n\r\n")));
            let line = format!("POST / HTTP/{version}\r\n{field}\r\nHost: a\r\nContent-Length: 5");
            cases.push(named(format!("{line}\r\n\r\nhello")));
            cases.push(named(format!("GET / HTTP/{version}\r\n{field}\r\n\r\n")));
        }
    }
    let before =
        BEFORE.iter().map(|before| named(format!("{before}GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
    cases.extend(before);
    cases
}

fn named(bytes: String) -> Case {
    case(format!("head {}", bytes.escape_debug()), bytes)
}
