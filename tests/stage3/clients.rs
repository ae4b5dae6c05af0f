//! One request a connection.

use grader::{Check, Target, Verdict, ask};

const REQUEST: &str = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub const CHECKS: &[Check] = &[Check {
    id: "closes-unasked",
    title: "the connection ends after one answer, also when the client would go on",
    rule: "RFC 9112 s9.6: the answer says Connection: close",
    hint: "One connection, one request: stage 5 goes on.",
    run: closes_unasked,
}];

fn closes_unasked(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = ask(&server, REQUEST)?;
    response.expect_field(&client, "Connection", "close")?;
    client.sees_end()
}
