//! The first step: a parsed head is enough for an application that asks for nothing else.

use grader::{Check, Target, Verdict, answered, ask, expect};

pub const CHECKS: &[Check] = &[
    Check {
        id: "hello-with-forty-fields",
        title: "a head of forty fields is parsed, and the application says hello",
        rule: "RFC 9112 s5: any number of field lines; here up to 100",
        hint: "An array of 16 fields is too short: httparse says TooManyHeaders then.",
        run: forty_fields,
    },
    Check {
        id: "hello-and-a-bad-head",
        title: "a head that is none is answered with 400, and the next client is greeted",
        rule: "RFC 9112 s3 and s5: what can't be parsed is answered with 400",
        hint: "Return the error of httparse with `?`. What it did parse may still be incomplete.",
        run: bad_head,
    },
];

const HELLO: &str = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";

fn forty_fields(target: &Target) -> Verdict {
    let server = target.start()?;
    let fields: String = (0..40).map(|number| format!("X-{number}: y\r\n")).collect();
    let (client, response) = ask(&server, format!("{HELLO}{fields}\r\n"))?;
    response.expect_status(&client, 200)?;
    let greets = response.text().contains("Hello");
    expect(&client, greets, "the application says hello")
}

fn bad_head(target: &Target) -> Verdict {
    let server = target.start()?;
    for bad in ["no field", "na me: x", "X-\u{1}: y"] {
        answered(&server, format!("{HELLO}\r\n"), 200)?;
        answered(&server, format!("{HELLO}{bad}\r\n\r\n"), 400)?;
    }
    answered(&server, format!("{HELLO}\r\n"), 200)
}
