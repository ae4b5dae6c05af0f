//! What the application says of its answer: status and fields, once.

use super::cut::Cut;
use super::talk::{get, media_type, next_is_served, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq, fail};
use crate::exchange::answered;
use crate::random;
use crate::response::Framing;
use crate::target::Target;

const RULE: &str = "PEP 3333, The start_response() Callable";

/// Status, fields, and the rules for calling.
pub const CHECKS: &[Check] = &[
    Check {
        id: "start-response-status",
        title: "the status is the one that the application gives",
        rule: RULE,
        hint: "Keep the status until the first piece is sent, and write it into the status line.",
        run: status,
    },
    Check {
        id: "start-response-fields",
        title: "the fields are those that the application gives, in its order, also two of one name",
        rule: "PEP 3333: the server sends the headers that the application gives",
        hint: "Keep the fields in a Vec of pairs until the head goes out, and write each of them \
               into it as a line of its own.",
        run: fields,
    },
    Check {
        id: "start-response-without-content",
        title: "204 and 304 have no content, and no length that the server has computed",
        rule: "RFC 9110 s6.4.1, s8.6 and s15.4.5; RFC 9112 s6.3: they end with their head",
        hint: "The three digits say it, whatever reason stands behind them. Send the head alone, \
               with the application's fields and nothing that frames content. \
               A computed Content-Length of 0 would say that the page behind a 304 is empty.",
        run: without_content,
    },
    Check {
        id: "start-response-never",
        title: "an application that never calls start_response is answered for with 500",
        rule: RULE,
        hint: "Before the head goes out, see whether there is a status at all. If there is none, \
               the application has never called start_response: that is an error, and a 500. If \
               nothing came: an Err that leaves `run` is only printed, so send the 500 inside \
               `run` before you return it.",
        run: |target| fails(target, "/never"),
    },
    Check {
        id: "start-response-twice",
        title: "a second call of start_response without exc_info ends in 500",
        rule: "PEP 3333: it is a fatal error to call it again without exc_info",
        hint: "Nothing was sent yet, so neither of the two answers needs to go out: 500 can.",
        run: twice,
    },
    Check {
        id: "start-response-write",
        title: "what is sent through write arrives, framed as the rest is",
        rule: "PEP 3333, The write() Callable",
        hint: "write sends the head if that is not out yet, then its piece, before it returns; \
               what the body yields follows.",
        run: write,
    },
];

fn status(target: &Target) -> Verdict {
    let server = target.start()?;
    let any = 405 + random::number() % 95;
    for status in [200, 201, 301, 404, 418, 500, 599, any] {
        answered(&server, get(&format!("/status/{status}")), u16::try_from(status).unwrap_or(0))?;
    }
    Ok(())
}

fn fields(target: &Target) -> Verdict {
    let server = target.start()?;
    let (one, two) = (format!("X-{}", random::name()), format!("X-{}", random::name()));
    let [first, second, third] = [random::name(), random::name(), random::name()];
    let path = format!("/fields?{one}={first}&{two}={second}&{one}={third}");
    let (client, response) = visit(&server, &path, 200)?;
    let is_asked = |name: &str| [&one, &two].iter().any(|asked| asked.eq_ignore_ascii_case(name));
    let asked = response.fields.iter().filter(|(name, _)| is_asked(name));
    let line = |(name, value): &(String, Vec<u8>)| {
        format!("{}: {}\n", name.to_lowercase(), String::from_utf8_lossy(value))
    };
    let came: String = asked.map(line).collect();
    let expected = format!("{one}: {first}\n{two}: {second}\n{one}: {third}\n").to_lowercase();
    if came.is_empty() {
        return fail(&client, "the fields come that the application gives; none of them came");
    }
    let what = "these fields of the application come, in this order (their names in small letters)";
    expect_eq(&client, what, expected, came)?;
    let plain = media_type(&response).starts_with("text/plain");
    expect(&client, plain, "the Content-Type is the application's as well, and is there once")
}

/// Three ways to be wrong, and each is told by what comes in place of the 500.
fn twice(target: &Target) -> Verdict {
    let server = target.start()?;
    // As bytes: an answer that is cut off is still told by its beginning.
    let cut = Cut::of(&server, "/twice")?;
    let status = cut.head.split(' ').nth(1).unwrap_or_default();
    let what = match (status, cut.rest.is_empty()) {
        ("500", _) => {
            drop(cut);
            return fails(target, "/twice");
        }
        ("200", true) => "a 500 comes; the head of a 200 was sent before the second call",
        ("200", false) => "a 500 comes; the first answer came, as if there had been no second call",
        ("202", _) => "a 500 comes; the second answer came, as if it might replace the first",
        _ => "a 500 comes",
    };
    fail(&cut.client, what)
}

fn without_content(target: &Target) -> Verdict {
    let server = target.start()?;
    for status in [204, 304] {
        // The reason may be any: it is the code that says it.
        let path = format!("/status/{status}?{}", random::name());
        let (mut client, response) = visit(&server, &path, status)?;
        let fields = ["Content-Length", "Transfer-Encoding"];
        let none = fields.iter().all(|name| response.fields_named(name).is_empty());
        expect(&client, none, format!("no field of a {status} frames content"))?;
        expect(&client, response.framing == Framing::None, "there is no content")?;
        client.sees_end()?;
    }
    Ok(())
}

fn fails(target: &Target, path: &str) -> Verdict {
    let server = target.start()?;
    answered(&server, get(path), 500)?;
    next_is_served(&server)
}

fn write(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = visit(&server, "/write", 200)?;
    let what = "what was written comes, and what the body yields comes behind it";
    expect_eq(&client, what, "written twice and returned\n", &response.content)?;
    client.sees_end()?;
    drop(client);
    answered(&server, request("HEAD", "/write", ""), 200)
}
