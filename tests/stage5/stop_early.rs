//! A signal at an awkward moment: inside a head, between two answers.

use grader::{Check, Signal, Target, Verdict};

use crate::asking::{HELLO, greets, in_time, serves, start};
use crate::stop::{ends_well, finishes_with, refuses};

pub const CHECKS: &[Check] = &[
    Check {
        id: "stop-inside-a-head",
        title: "a request that had begun to arrive when SIGTERM came is served",
        rule: "book/src/stage5-async/deadlines.md, Stopping: finish what runs",
        hint: "A connection on which a part of a head has come is not idle: its client waits for an \
               answer. Listen to the stop only as long as nothing of a head has come.",
        run: inside_a_head,
    },
    Check {
        id: "stop-inside-a-pipeline",
        title: "SIGTERM makes the running answer of a pipeline the last one, whole and as announced",
        rule: "RFC 9112 s9.6: close is said in the last response, and what follows is not answered",
        hint: "Ask whether the server is stopping right before each head goes out.",
        run: inside_a_pipeline,
    },
];

fn inside_a_head(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    greets(&mut client)?;
    let (start, rest) = HELLO.split_at(20);
    client.send(start.as_bytes())?;
    serves(&server)?;
    server.stop(Signal::SIGTERM)?;
    refuses(&server)?;
    client.send(rest.as_bytes())?;
    let response = client.response("GET")?;
    response.expect_status(&client, 200)?;
    response.expect_field(&client, "Connection", "close")?;
    client.sees_end()?;
    drop(client);
    ends_well(&server)
}

fn inside_a_pipeline(target: &Target) -> Verdict {
    in_time([300, 3000], |ms| {
        finishes_with(target, Signal::SIGTERM, ms, &HELLO.repeat(500)).map(drop)
    })
}
