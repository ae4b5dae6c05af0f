//! How the checks of doors ask: the greeting, which every door has.

use grader::{Client, Failure, Server, Target, Verdict, expect_eq};

/// A request for it.
pub const HELLO: &str = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
const GREETING: &str = "Hello world from Rust!\n";

pub fn start(target: &Target) -> Result<Server, Failure> {
    target.launch().env("HEAD_TIMEOUT", "60").env("IDLE_TIMEOUT", "60").start()
}

pub fn greets(client: &mut Client) -> Verdict {
    client.send(HELLO.as_bytes())?;
    greeting(client)
}

pub fn greeting(client: &mut Client) -> Verdict {
    let response = client.response("GET")?;
    response.expect_status(client, 200)?;
    expect_eq(client, "the answer is the greeting", GREETING, response.content)
}
