//! The variables that say who asks whom, and how.

use super::talk::{get, post};
use super::variables::Variables;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::target::Target;

/// The variables of the two ends of a connection.
pub const CHECKS: &[Check] = &[
    Check {
        id: "environ-server",
        title: "SERVER_PORT is the real port, SERVER_PROTOCOL the client's version, SERVER_NAME said",
        rule: "RFC 3875 s4.1.14 to s4.1.16",
        hint: "Take the port from the listening socket, and the version from the request line.",
        run: server_variables,
    },
    Check {
        id: "environ-remote",
        title: "REMOTE_ADDR and REMOTE_PORT are the client's end of the connection",
        rule: "RFC 3875 s4.1.8; REMOTE_PORT is what most servers add to it",
        hint: "Both are of the client's address, which accept returns beside the connection: \
               REMOTE_ADDR is its ip() alone, REMOTE_PORT its port().",
        run: remote,
    },
    Check {
        id: "environ-url-scheme",
        title: "wsgi.url_scheme is http",
        rule: "PEP 3333, environ Variables",
        hint: "Set it to http: applications make links with it. https would need a server that \
               speaks TLS.",
        run: |target| {
            Variables::of(&target.start()?, get("/environ"))?.expect("wsgi.url_scheme", "http")
        },
    },
];

fn server_variables(target: &Target) -> Verdict {
    let server = target.start()?;
    for version in ["HTTP/1.0", "HTTP/1.1"] {
        let request = get("/environ").replace("HTTP/1.1", version);
        let variables = Variables::of(&server, request)?;
        variables.expect("SERVER_PROTOCOL", version)?;
        variables.expect("SERVER_PORT", server.address().port().to_string())?;
        let named = variables.value("SERVER_NAME").is_some_and(|name| !name.is_empty());
        expect(&variables.client, named, "there is a SERVER_NAME, and it is not empty")?;
    }
    Ok(())
}

fn remote(target: &Target) -> Verdict {
    let server = target.start()?;
    let variables = Variables::of(&server, post("/environ", b""))?;
    let own = variables.client.local_address()?;
    variables.expect("REMOTE_ADDR", own.ip().to_string())?;
    variables.expect("REMOTE_PORT", own.port().to_string())
}
