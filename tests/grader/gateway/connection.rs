//! How a connection ends when one side still has something to say.

use super::input::expect_echo;
use super::talk::{get, next_is_served, post, request};
use super::variables::Variables;
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::{answered, ask};
use crate::random;
use crate::target::Target;

/// Content that nobody reads, requests that nobody answers, clients that leave.
pub const CHECKS: &[Check] = &[
    Check {
        id: "unread-content-does-not-eat-the-answer",
        title: "a mebibyte of content that the application leaves unread does not hurt the answer",
        rule: "RFC 9112 s9.6: close in stages, or a reset erases what the client has not read yet",
        hint: "Shut down the write side, read until the client has closed too, and only then close.",
        run: unread_content,
    },
    Check {
        id: "unread-content-is-no-request",
        title: "content that the application leaves unread is not taken for the next request",
        rule: "RFC 9112 s9.3: a server reads over the rest of the content, or closes",
        hint: "The next request begins where this one's content ends, whoever has read it.",
        run: no_request,
    },
    Check {
        id: "unread-request-does-not-eat-the-answer",
        title: "a request behind the content does not hurt the answer either, unread as it is",
        rule: "RFC 9112 s9.6: unread bytes make a reset of a careless close",
        hint: "A read that brings the content to its end may leave the rest in the kernel, where \
               you can't see it: close in stages whenever the client could have sent more.",
        run: unread_request,
    },
    Check {
        id: "close-after-the-first-of-two",
        title: "after Connection: close a second request in the same segment is not answered",
        rule: "RFC 9112 s9.6: nothing after that is processed; the end is no reset either",
        hint: "Unread bytes in a closed socket make the kernel send a reset: read them first.",
        run: first_of_two,
    },
    Check {
        id: "clients-that-leave",
        title: "a client that leaves or resets, in the head, in content, before its answer, hurts \
                nobody",
        rule: "POSIX read(2), write(2): 0, EPIPE, ECONNRESET belong to one client",
        hint: "Handle the error where the connection is served; the accept loop goes on.",
        run: leaving,
    },
];

fn unread_content(target: &Target) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    client.send(&post("/hello", &random::bytes(1024 * 1024)))?;
    client.response("POST")?.expect_status(&client, 200)?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)
}

/// The first request leaves the end to the server, which may keep the connection or close it.
fn no_request(target: &Target) -> Verdict {
    let server = target.start()?;
    let hidden = get("/status/418");
    let length = hidden.len();
    let head =
        format!("POST /environ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
    let (mut client, response) = ask(&server, head + &hidden)?;
    response.expect_status(&client, 200)?;
    client.half_close()?;
    client.sees_end()
}

/// Head and content together fill the buffers that servers use: then a read ends with the content.
fn unread_request(target: &Target) -> Verdict {
    let server = target.start()?;
    let head = |length: usize| {
        request("POST", "/echo", &format!("Content-Length: {length:05}\r\n")).into_bytes()
    };
    for length in [1024, 4096, 8192, 16_384, 32_768] {
        let content = random::bytes(length - head(0).len());
        let mut client = server.connect()?;
        client.send(&[head(content.len()), content.clone(), get("/hello").into()].concat())?;
        expect_echo(&mut client, &content)?;
    }
    Ok(())
}

fn first_of_two(target: &Target) -> Verdict {
    let server = target.start()?;
    let (first, second) = (random::name(), random::name());
    let two = get(&format!("/environ/{first}")) + &get(&format!("/environ/{second}"));
    let mut variables = Variables::of(&server, two)?;
    variables.expect("PATH_INFO", format!("/environ/{first}"))?;
    variables.client.sees_end()
}

fn leaving(target: &Target) -> Verdict {
    let server = target.start()?;
    let content = request("POST", "/echo", "Content-Length: 100\r\n") + "abc";
    let refused = "GET /hello HTTP/1.1\r\n\r\n";
    for sent in ["", "GET /hello HT", refused, &content, &get("/hello"), &get("/big?n=1000000")] {
        for resets in [false, true] {
            let mut client = server.connect()?;
            client.send(sent.as_bytes())?;
            if resets {
                client.reset()?;
            } else {
                drop(client);
            }
            answered(&server, get("/hello"), 200)?;
        }
    }
    expect(&server, server.alive(), "the server still runs")
}
