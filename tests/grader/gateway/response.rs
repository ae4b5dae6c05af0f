//! What the server adds to an answer: the date, a length that it can know; and what it leaves out.

use std::time::{SystemTime, UNIX_EPOCH};

use super::talk::{get, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, fail};
use crate::exchange::ask;
use crate::failure::Failure;
use crate::response::{Framing, Response};
use crate::server::Server;
use crate::target::Target;

/// Fields of the server's own, and HEAD.
pub const CHECKS: &[Check] = &[
    Check {
        id: "response-date",
        title: "the answer has one Date: the application's, or else the time of the answer",
        rule: "RFC 9110 s6.6.1; s5.6.7 for the format",
        hint: "Write one into each head that has none from the application, in whatever case \
               that writes the name, made anew for each answer, in GMT: Sun, 06 Nov 1994 08:49:37 \
               GMT. In Rust, http_date of stage 2 makes it.",
        run: date,
    },
    Check {
        id: "response-length-is-computed",
        title: "a body of one piece gets a Content-Length, and one only",
        rule: "PEP 3333, Handling the Content-Length Header",
        hint: "If the body says that it has exactly one piece, the length of that is the length.",
        run: computed,
    },
    Check {
        id: "response-says-close",
        title: "the answer on a connection that ends says Connection: close",
        rule: "RFC 9112 s9.6",
        hint: "Write the field Connection: close into each head after which the connection ends, \
               whether the server or the client wants the end.",
        run: says_close,
    },
    Check {
        id: "response-to-head",
        title: "HEAD is answered with the fields of GET and without content, whatever is asked for",
        rule: "RFC 9110 s9.3.2: only what is computed from the content may be left out",
        hint: "Let the application answer as it does for GET, send the same head, and none of the \
               pieces.",
        run: head,
    },
    Check {
        id: "response-to-head-of-a-failure",
        title: "HEAD for an application that fails is answered, without content too",
        rule: "RFC 9110 s9.3.2",
        hint: "The server's own page for a failure is content as well.",
        run: head_of_a_failure,
    },
];

fn date(target: &Target) -> Verdict {
    let server = target.start()?;
    for (path, status) in [("/hello", 200), ("/status/204", 204), ("/raise", 500)] {
        let before = now();
        let (client, response) = visit(&server, path, status)?;
        let Some(date) = response.date() else {
            return fail(&client, format!("the answer to {path} has one Date, an IMF-fixdate"));
        };
        let right = (before..=now()).contains(&date);
        expect(&client, right, "the Date is the time of the answer")?;
    }
    // An application may say so itself, and write the name as it likes.
    for name in ["Date", "date", "DATE"] {
        let path = format!("/fields/{name}/Sun,%2006%20Nov%201994%2008:49:37%20GMT");
        let (client, response) = visit(&server, &path, 200)?;
        let is_one = response.fields_named("Date").len() == 1;
        let what = format!("there is one Date where the application gives one, as {name}");
        expect(&client, is_one, what)?;
    }
    Ok(())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

fn computed(target: &Target) -> Verdict {
    let server = target.start()?;
    for path in ["/hello", "/environ", "/status/404"] {
        let status = if path == "/status/404" { 404 } else { 200 };
        let (client, response) = visit(&server, path, status)?;
        let length = response.framing == Framing::Length;
        expect(&client, length, format!("the answer to {path} has a Content-Length"))?;
    }
    Ok(())
}

fn says_close(target: &Target) -> Verdict {
    let server = target.start()?;
    for (path, status) in [("/hello", 200), ("/stream", 200), ("/status/204", 204), ("/raise", 500)]
    {
        let (client, response) = visit(&server, path, status)?;
        let says = response.field("Connection").unwrap_or_default();
        let close = says.eq_ignore_ascii_case("close");
        expect(&client, close, format!("the answer to {path} says Connection: close"))?;
    }
    Ok(())
}

/// Answers that are the same for HEAD as for GET, but for their content.
const STEADY: &[&str] =
    &["/", "/hello", "/form", "/big?n=100000", "/stream", "/status/404", "/exc"];

/// May be left out of an answer to HEAD: the content must be made before they are known.
const COMPUTED: [&str; 2] = ["content-length", "transfer-encoding"];

fn head(target: &Target) -> Verdict {
    let server = target.start()?;
    STEADY.iter().try_for_each(|path| {
        let (_, of_get) = ask(&server, get(path))?;
        let of_head = without_content(&server, path)?;
        let right = of_head.status == of_get.status && same_fields(&of_get, &of_head);
        let failure = || Failure::new(format!("HEAD {path} is not answered as GET {path}"));
        let shown = |failure: Failure| {
            failure.expected(of_get.head.as_slice()).got(of_head.head.as_slice()).of(&server)
        };
        if right { Ok(()) } else { Err(shown(failure())) }
    })
}

fn same_fields(of_get: &Response, of_head: &Response) -> bool {
    let own = |(name, _): &&(String, Vec<u8>)| !name.eq_ignore_ascii_case("date");
    let missing_in = |other: &Response, field: &(String, Vec<u8>)| !other.fields.contains(field);
    let computed = |name: &str| COMPUTED.contains(&name.to_ascii_lowercase().as_str());
    let added = of_head.fields.iter().filter(own).any(|field| missing_in(of_get, field));
    let mut left_out = of_get.fields.iter().filter(own).filter(|field| missing_in(of_head, field));
    !added && left_out.all(|(name, _)| computed(name))
}

fn head_of_a_failure(target: &Target) -> Verdict {
    let server = target.start()?;
    let paths = ["/raise", "/never", "/twice", "/inject", "/raise-late", "/cl-short", "/cl-long"];
    paths.into_iter().try_for_each(|path| without_content(&server, path).map(drop))
}

/// The answer to HEAD, after which the connection ends.
fn without_content(server: &Server, path: &str) -> Result<Response, Failure> {
    let (mut client, response) = ask(server, request("HEAD", path, ""))?;
    client.sees_end()?;
    Ok(response)
}
