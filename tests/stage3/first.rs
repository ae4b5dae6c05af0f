//! The first step: a parsed head is enough for an application that asks for nothing else.

use grader::{
    Check, Client, Failure, Response, Server, Target, Verdict, answered, ask, expect, expect_eq,
    patience, wait_until,
};

pub const CHECKS: &[Check] = &[
    Check {
        id: "hello-with-forty-fields",
        title: "a head of forty fields is parsed, and the application says hello",
        rule: "RFC 9112 s5: any number of field lines; here up to 100",
        hint: "Give httparse room for 100 fields: an array of 16 is too short, and it says \
               TooManyHeaders then. What a request lacks, such as Content-Length, is no reason to \
               panic.",
        run: forty_fields,
    },
    Check {
        id: "hello-and-a-bad-head",
        title: "a head that is none is answered with 400, and the next client is greeted",
        rule: "RFC 9112 s3 and s5: what can't be parsed is answered with 400",
        hint: "Return the error of httparse with `?`. What it did parse may still be incomplete.",
        run: bad_head,
    },
    Check {
        id: "head-cut-anywhere",
        title: "a head may come in two pieces, cut anywhere, and the answer is the same",
        rule: "POSIX read(2): a byte stream has no messages",
        hint: "One read may bring a part of the head. Read until the empty line has come, and \
               parse only then (read_head of stage 2 does that).",
        run: cut_anywhere,
    },
];

const HELLO: &str = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";

fn forty_fields(target: &Target) -> Verdict {
    let server = target.start()?;
    let fields: String = (0..40).map(|number| format!("X-{number}: y\r\n")).collect();
    let (client, response) = ask(&server, format!("{HELLO}{fields}\r\n"))?;
    greeted(&client, &response)
}

fn greeted(client: &Client, response: &Response) -> Verdict {
    let status = response.status;
    let instead = |failure: Failure| failure.detail(format!("the answer is a {status}"));
    response.expect_status(client, 200).map_err(instead)?;
    let greets = response.text().contains("Hello");
    expect(client, greets, "the application says hello")
}

fn bad_head(target: &Target) -> Verdict {
    let server = target.start()?;
    for bad in ["no field", "na me: x", "X-\u{1}: y"] {
        answered(&server, format!("{HELLO}\r\n"), 200)?;
        answered(&server, format!("{HELLO}{bad}\r\n\r\n"), 400)?;
    }
    answered(&server, format!("{HELLO}\r\n"), 200)
}

fn cut_anywhere(target: &Target) -> Verdict {
    let server = target.start()?;
    let request = format!("{HELLO}\r\n");
    let (client, whole) = ask(&server, &request)?;
    greeted(&client, &whole)?;
    drop(client);
    (1..request.len()).try_for_each(|cut| {
        let (first, second) = request.split_at(cut);
        let mut client = server.connect()?;
        client.send_pieces([first, second])?;
        let response = client.response("GET")?;
        response.expect_status(&client, 200)?;
        let what = format!("the answer is the same when the head is cut after {cut} bytes");
        expect_eq(&client, what, &whole.content, &response.content)
    })?;
    half_a_head(&server)
}

/// Pieces that are sent at once may arrive together. This one is alone for a while, and a right
/// server makes the check wait in vain.
fn half_a_head(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    let (first, second) = HELLO.split_at("GET /hel".len());
    client.send(first.as_bytes())?;
    let early = || (!client.is_quiet()).then_some(());
    let is_early = wait_until(patience(0.5), "an early answer", early).is_ok();
    expect(&client, !is_early, "nothing comes, and no end, before the head is whole")?;
    client.send(format!("{second}\r\n").as_bytes())?;
    let response = client.response("GET")?;
    greeted(&client, &response)
}
