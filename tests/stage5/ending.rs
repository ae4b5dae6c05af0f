//! After which answers a connection goes on, and after which it must end.

use grader::{Check, Target, Verdict, expect, expect_eq, fail};

use crate::asking::{HELLO, asks, get, greets, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "after-head",
        title: "an answer to HEAD has no content, and the next answer starts right behind it",
        rule: "RFC 9110 s9.3.2; RFC 9112 s6.3: HEAD ends with the header section",
        hint: "Content-Length may be there, but nothing after the empty line.",
        run: after_head,
    },
    Check {
        id: "after-204-and-304",
        title: "204 and 304 have no content, and the next answer starts right behind them",
        rule: "RFC 9110 s15.3.5, s15.4.5; RFC 9112 s6.3",
        hint: "No last-chunk either: five bytes too many would stand before the next status line.",
        run: after_no_content,
    },
    Check {
        id: "after-chunks",
        title: "after an answer in chunks the connection goes on",
        rule: "RFC 9112 s7.1: the last-chunk and its empty line end the content",
        hint: "0 CRLF CRLF; only in HTTP/1.0 does such an answer end the connection.",
        run: after_chunks,
    },
    Check {
        id: "after-500",
        title: "after a 500 for an application that failed early the connection goes on",
        rule: "RFC 9110 s15.6.1: a status as any other; the request was read to its end",
        hint: "The application's error is no error of the connection.",
        run: after_500,
    },
    Check {
        id: "after-a-short-answer",
        title: "after an answer shorter than its Content-Length the connection ends at once",
        rule: "RFC 9112 s6.3: the next answer would be taken for the rest of this one",
        hint: "Compare what was sent with what was declared before going on.",
        run: after_short,
    },
    Check {
        id: "after-a-late-failure",
        title: "after an answer in chunks that fails half-way no last-chunk is sent",
        rule: "RFC 9112 s8: without the last-chunk the client knows that something is missing",
        hint: "An error after the head is out can only be told by ending the connection.",
        run: after_late_failure,
    },
];

fn after_head(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    for path in ["/hello", "/big?n=100", "/stream", "/nowhere"] {
        let status = if path == "/nowhere" { 404 } else { 200 };
        asks(&mut client, &get(path, "").replacen("GET", "HEAD", 1), status)?;
        greets(&mut client)?;
    }
    Ok(())
}

fn after_no_content(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    for status in [204, 304] {
        asks(&mut client, &get(&format!("/status/{status}"), ""), status)?;
        greets(&mut client)?;
    }
    Ok(())
}

fn after_chunks(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let response = asks(&mut client, &get("/stream", ""), 200)?;
    expect_eq(&client, "the content is whole", "part1\npart2\npart3\n", response.content)?;
    greets(&mut client)
}

fn after_500(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    asks(&mut client, &get("/raise", ""), 500)?;
    asks(&mut client, &get("/never", ""), 500)?;
    greets(&mut client)
}

fn after_short(target: &Target) -> Verdict {
    ends_after(target, "/cl-short", "12345")
}

fn after_late_failure(target: &Target) -> Verdict {
    let sent = "this was sent before the error\n";
    ends_after(target, "/exc-late", &format!("{:x}\r\n{sent}\r\n", sent.len()))
}

/// The last bytes on the connection are these: neither the end of the content nor another answer.
fn ends_after(target: &Target, path: &str, last: &str) -> Verdict {
    let server = start(target)?;
    for behind in ["", HELLO] {
        let mut client = server.connect()?;
        client.send((get(path, "") + behind).as_bytes())?;
        let got = client.read_to_end()?;
        let Some(end) = got.windows(4).position(|window| window == b"\r\n\r\n") else {
            return fail(&client, "a head comes");
        };
        expect(&client, got.starts_with(b"HTTP/1.1 200 "), "the status was sent already")?;
        expect_eq(&client, "the connection ends right behind it", last, &got[end + 4..])?;
    }
    Ok(())
}
