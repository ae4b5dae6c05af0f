//! The variables that say what is asked for.

use super::talk::{get, next_is_served, request};
use super::variables::Variables;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::{answered, ask};
use crate::random;
use crate::server::Server;
use crate::target::Target;

/// The variables of the request line, and the list as a whole.
pub const CHECKS: &[Check] = &[
    Check {
        id: "environ-request-method",
        title: "REQUEST_METHOD is the method as it came, also one that nobody has heard of",
        rule: "PEP 3333, environ Variables; RFC 9110 s9.1: which methods there are is for the \
               application to say",
        hint: "Hand every token on as it is; the server has no list of methods.",
        run: request_method,
    },
    Check {
        id: "environ-path-info",
        title: "PATH_INFO is the path, percent-decoded and without the query",
        rule: "PEP 3333, environ Variables; RFC 3875 s4.1.5: PATH_INFO is not URL-encoded",
        hint: "Cut the request target at its first `?`, then decode %XX in the first part only.",
        run: path_info,
    },
    Check {
        id: "environ-path-is-decoded-once",
        title: "a path is decoded once, and its bytes need not be UTF-8",
        rule: "RFC 3986 s2.4: never decode twice; PEP 3333, Unicode Issues: bytes, not text",
        hint: "%2541 is %41 and not A. Keep bytes: from_utf8_lossy changes what is not UTF-8.",
        run: decoded_once,
    },
    Check {
        id: "environ-percent-alone",
        title: "a % without two hexadecimal digits behind it ends no server",
        rule: "RFC 3986 s2.1; WHATWG URL, percent-decode: it stays as it is",
        hint: "A `%` without two hexadecimal digits stays as it is; `percent_decode_str` does that.",
        run: percent_alone,
    },
    Check {
        id: "environ-of-targets-that-clients-send",
        title: "bytes that a browser or curl sends unencoded reach the application, and others get 400",
        rule: "URL Standard, percent-encode sets: browsers leave { } | ^ ` \\ and % as they are; curl \
               sends what it was given; PEP 3333, Unicode Issues: bytes, not text",
        hint: "RFC 3986 is stricter than the clients are. Refuse only what none of them sends: controls, \
               the space, quotes, angle brackets and the number sign.",
        run: sent_targets,
    },
    Check {
        id: "environ-query-string",
        title: "QUERY_STRING is what follows the first question mark, as it came",
        rule: "RFC 3875 s4.1.7: the query is not decoded; the application takes it apart first",
        hint: "`a=1%262` decoded is `a=1&2`, another query. Cut at the first `?`, and leave it so.",
        run: query_string,
    },
    Check {
        id: "environ-empty-variables",
        title: "SCRIPT_NAME is there and empty, and QUERY_STRING too where there is no query",
        rule: "PEP 3333, environ Variables (it lets empty ones be left out; these are always there)",
        hint: "Set both always: they are there, and empty, when there is nothing to say. For \
               SCRIPT_NAME that is so here: the application is the whole server, and nothing of \
               the path belongs to its name.",
        run: empty_variables,
    },
    Check {
        id: "environ-is-sorted",
        title: "each variable is there once, and the list is sorted",
        rule: "PEP 3333: environ is a dictionary; the demo application sorts it",
        hint: "Two lines of one name mean that two values were kept where one should be.",
        run: sorted,
    },
];

fn request_method(target: &Target) -> Verdict {
    let server = target.start()?;
    let unknown = random::name().to_uppercase();
    ["GET", "POST", "DELETE", "M-SEARCH", "get", &unknown].into_iter().try_for_each(|method| {
        Variables::of(&server, request(method, "/environ", ""))?.expect("REQUEST_METHOD", method)
    })
}

fn path_info(target: &Target) -> Verdict {
    let server = target.start()?;
    let (first, second) = (random::name(), random::name());
    let path = format!("/environ/{first}%20x/%c3%A9/{second}+?no=%20");
    let variables = Variables::of(&server, get(&path))?;
    variables.expect("PATH_INFO", format!("/environ/{first} x/é/{second}+"))
}

fn decoded_once(target: &Target) -> Verdict {
    let server = target.start()?;
    let name = random::name();
    let variables = Variables::of(&server, get(&format!("/environ/{name}%2541%FF%2F%3F")))?;
    variables.expect("PATH_INFO", [b"/environ/", name.as_bytes(), b"%41\xFF/?"].concat())
}

/// A server may refuse it as well: it is no URI.
fn percent_alone(target: &Target) -> Verdict {
    let server = target.start()?;
    ["100%", "%zz", "%4", "%4-", "%+1"].into_iter().try_for_each(|path| {
        let path = format!("/environ/{path}");
        let (client, response) = ask(&server, get(&path))?;
        let is_refused = response.status == 400;
        drop(client);
        if !is_refused {
            Variables::of(&server, get(&path))?.expect("PATH_INFO", &path)?;
        }
        next_is_served(&server)
    })
}

fn sent_targets(target: &Target) -> Verdict {
    let server = target.start()?;
    let is_sent = |byte: &u8| *byte > b' ' && !b"\x7F\"<>#".contains(byte);
    let sent: Vec<u8> = (0..=u8::MAX).filter(is_sent).collect();
    let in_path: Vec<u8> = sent.iter().copied().filter(|&byte| byte != b'?').collect();
    expect_both(&server, &in_path, &sent)?;
    for odd in ["100%", "%zz", "%4", "%u1234", "%%41", "{%22a%22:1}", "a|b", "C:\\dir", "caf\u{e9}"]
    {
        let decoded = odd.replace("%41", "A").replace("%22", "\"");
        let request = line(format!("/environ/{odd}?{odd}").as_bytes());
        let variables = Variables::of(&server, request)?;
        variables.expect("PATH_INFO", format!("/environ/{decoded}"))?;
        variables.expect("QUERY_STRING", odd)?;
    }
    for bad in (0..b' ').filter(|byte| !b"\r\n".contains(byte)).chain(*b"\x7F\"<>#") {
        for place in ["/environ/", "/environ?"] {
            let request = line(&[place.as_bytes(), b"a", &[bad], b"b"].concat());
            answered(&server, request, 400)?;
        }
    }
    next_is_served(&server)
}

/// `path` and `query` arrive as they were sent.
fn expect_both(server: &Server, path: &[u8], query: &[u8]) -> Verdict {
    let path = [b"/environ/", path].concat();
    let variables = Variables::of(server, line(&[&path[..], b"?", query].concat()))?;
    variables.expect("PATH_INFO", path)?;
    variables.expect("QUERY_STRING", query)
}

/// As `get`, for targets that need not be text.
fn line(target: &[u8]) -> Vec<u8> {
    let fields = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    [b"GET ", target, fields].concat()
}

fn query_string(target: &Target) -> Verdict {
    let server = target.start()?;
    let query = format!("{}=%20+a%26b&c=/?", random::name());
    let variables = Variables::of(&server, get(&format!("/environ?{query}")))?;
    variables.expect("QUERY_STRING", &query)?;
    variables.expect("PATH_INFO", "/environ")
}

fn empty_variables(target: &Target) -> Verdict {
    let server = target.start()?;
    ["/environ", "/environ?"].into_iter().try_for_each(|path| {
        let variables = Variables::of(&server, get(path))?;
        variables.expect("QUERY_STRING", "")?;
        variables.expect("SCRIPT_NAME", "")
    })
}

fn sorted(target: &Target) -> Verdict {
    let server = target.start()?;
    let fields = "X-Z: 1\r\nX-A: 1\r\nX-Z: 2\r\nAccept: */*\r\n";
    let variables = Variables::of(&server, request("GET", "/environ", fields))?;
    let sorted = variables.list.is_sorted_by(|(one, _), (next, _)| one < next);
    expect(&variables.client, sorted, "the names ascend, none of them twice")
}
