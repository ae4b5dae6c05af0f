//! A client that stays, and neither takes nor sends what it should: it is let go in time, though it
//! still holds its end of the connection.

use super::Calm;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::gateway::talk::{get, request};
use crate::target::Target;

const SHORT: &str = "0.3";

/// More than any buffer on the way holds.
const LONG: &str = "/big?n=1000000000";

/// The three ways to stay.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 3] {
    [
        Check {
            id: "stays-without-reading",
            title: "a client that takes nothing of its answer is let go, and its body is dropped",
            rule: "POSIX setsockopt(2): SO_SNDTIMEO; PEP 3333: close() is called always",
            hint: "Writing needs a deadline as reading does; IDLE_TIMEOUT shortens it.",
            run: without_reading::<STAGE>,
        },
        Check {
            id: "stays-after-its-answer",
            title: "a client that has its answer and leaves the connection open is let go",
            rule: "RFC 9112 s9.6 says to read on; for how long is for the server to say",
            hint: "After the answer, read on for two seconds at most.",
            run: after_its_answer::<STAGE>,
        },
        Check {
            id: "stays-silent-after-100",
            title: "a client that is told to continue, and does not, is let go",
            rule: "RFC 9110 s10.1.1, s15.5.9; IDLE_TIMEOUT shortens the deadline",
            hint: "The wait for content begins when 100 Continue is out: 408, or the end.",
            run: silent_after_100::<STAGE>,
        },
    ]
}

fn without_reading<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::launch(target.launch().env("IDLE_TIMEOUT", SHORT))?;
    let mut client = calm.server.dial().receive_buffer(4096).connect()?;
    client.send(get(LONG).as_bytes())?;
    client.read_some(1)?;
    calm.is_as_before() // with the client still there
}

fn after_its_answer<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    let mut client = calm.server.connect()?;
    client.send(get("/hello").as_bytes())?;
    client.response("GET")?.expect_status(&client, 200)?;
    client.sees_end()?;
    calm.is_as_before()
}

fn silent_after_100<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::launch(target.launch().env("IDLE_TIMEOUT", SHORT))?;
    let mut client = calm.server.connect()?;
    let fields = "Expect: 100-continue\r\nContent-Length: 10\r\n";
    client.send(request("POST", "/echo", fields).as_bytes())?;
    client.response("POST")?.expect_status(&client, 100)?;
    let rest = client.read_to_end()?;
    let is_refused = rest.is_empty() || rest.starts_with(b"HTTP/1.1 408 ");
    expect(&client, is_refused, "the answer is 408, if there is one")?;
    calm.is_as_before()
}
