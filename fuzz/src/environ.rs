//! Target: what an application sees of a request (PEP 3333, and RFC 3875 for the variables).

use std::collections::BTreeMap;
use std::io::empty;
use std::net::{Ipv4Addr, SocketAddr};

use stage2_single_request::head_end::HeadEnd;
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::http::head::Head;

use crate::rules::percent_decoded;

/// The variables that do not come from a field of their own.
const OF_THE_SERVER: [&str; 12] = [
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
    "REMOTE_PORT",
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.url_scheme",
];

type Variables = BTreeMap<String, Vec<u8>>;

/// Panics if something does not hold of the request at the front of these bytes, if one is there.
pub fn check(bytes: &[u8]) {
    let Ok(Some(range)) = HeadEnd::default().find(bytes) else { return };
    let Ok(head) = Head::parse(&bytes[range]) else { return };
    let variables = variables(&head);
    required(&variables);
    of_the_request_line(&head, &variables);
    let mut expected = of_fields(&head);
    if let Some(authority) = head.target.authority {
        expected.insert("HTTP_HOST".into(), authority.into()); // RFC 9112 s3.2.2
    }
    let is_of_a_field = |name: &str| name.starts_with("HTTP_") || name.starts_with("CONTENT_");
    let got = variables.into_iter().filter(|(name, _)| is_of_a_field(name)).collect();
    assert_eq!(expected, got, "the fields' variables");
}

/// All variables. Each of them is what it says when it is asked for alone.
fn variables(head: &Head) -> Variables {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8888));
    let server = Server { address, multithread: false, multiprocess: false };
    let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 54321));
    let environ = Environ::new(head, &server, client, Box::new(empty()));
    for name in [
        "HTTP_PROXY",
        "HTTP_TRANSFER_ENCODING",
        "HTTP_CONTENT_LENGTH",
        "HTTP_X-A",
        "http_host",
        "Host",
        "",
    ] {
        assert_eq!(environ.get(name), None, "{name}");
    }
    let all = environ.variables().into_iter();
    let alone = |(name, value): (String, _)| {
        assert_eq!(environ.get(&name), Some(value), "{name}");
        let value = environ.get(&name).unwrap_or_default().into_owned();
        (name, value)
    };
    all.map(alone).collect()
}

/// What must be there, and what must not.
fn required(variables: &Variables) {
    let has = |name: &str| variables.contains_key(name);
    for name in OF_THE_SERVER {
        assert!(name.starts_with("CONTENT_") || has(name), "{name} is missing");
    }
    for name in variables.keys() {
        let is_http = name.strip_prefix("HTTP_").is_some_and(|rest| {
            !rest.contains(|c: char| c.is_ascii_lowercase() || c == '-') && rest != "PROXY"
        });
        assert!(is_http || OF_THE_SERVER.contains(&name.as_str()), "{name}");
    }
    assert_eq!(variables["SERVER_NAME"], b"127.0.0.1");
    assert_eq!(
        (&variables["SERVER_PORT"][..], &variables["REMOTE_PORT"][..]),
        (&b"8888"[..], &b"54321"[..])
    );
}

fn of_the_request_line(head: &Head, variables: &Variables) {
    assert_eq!(variables["REQUEST_METHOD"], head.method.as_bytes());
    assert_eq!(variables["SERVER_PROTOCOL"], head.version.to_string().into_bytes());
    // What stands before the path, if anything does, has no `/` but the two behind the scheme.
    let whole = head.raw_target;
    let scheme = whole.windows(3).position(|three| three == b"://");
    let origin = match scheme {
        Some(at) if !whole.starts_with(b"/") => {
            let rest = &whole[at + 3..];
            let end = rest.iter().position(|byte| b"/?".contains(byte));
            end.map_or(&b""[..], |at| &rest[at..])
        }
        _ => whole,
    };
    let mut parts = origin.splitn(2, |&byte| byte == b'?');
    let (path, query) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let expected = match path {
        b"*" => Vec::new(), // PEP 3333: it begins with a slash, or is empty
        b"" => b"/".to_vec(),
        path => percent_decoded(path),
    };
    assert_eq!(variables["PATH_INFO"], expected);
    assert_eq!(variables["QUERY_STRING"], query);
}

/// What the fields become: PEP 3333 ("environ Variables"), RFC 3875 s4.1.18. A name with an
/// underscore becomes nothing: it would pass for another one.
fn of_fields(head: &Head) -> Variables {
    let mut expected = Variables::new();
    for field in head.fields.iter().filter(|field| !field.name.contains('_')) {
        let name = field.name.to_ascii_uppercase().replace('-', "_");
        let variable = match name.as_str() {
            "PROXY" => continue,             // CVE-2016-5385
            "TRANSFER_ENCODING" => continue, // RFC 9112 s7.1.3: it is decoded
            "CONTENT_TYPE" | "CONTENT_LENGTH" => name,
            _ => format!("HTTP_{name}"),
        };
        let separator = if variable == "HTTP_COOKIE" { "; " } else { ", " };
        let value = expected.entry(variable);
        value
            .and_modify(|value| {
                value.extend_from_slice(separator.as_bytes());
                value.extend_from_slice(field.value);
            })
            .or_insert_with(|| field.value.to_vec());
    }
    expected
}
