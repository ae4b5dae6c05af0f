//! The last answer of a connection: it says that it is the last, arrives whole, and nothing follows.

use grader::{Check, Client, Target, Verdict, expect};

use crate::asking::{HELLO, get, greeting, greets, start};

pub const CHECKS: &[Check] = &[
    Check {
        id: "after-a-refusal",
        title: "after a 400 the connection ends: what follows is not answered",
        rule: "RFC 9112 s2.2, s11.2: nobody knows where the next request starts",
        hint: "Answer with Connection: close, and never look for another head behind a bad one. Then \
               close gently, for the client may still be sending: else it gets a reset.",
        run: after_refusal,
    },
    Check {
        id: "head-that-breaks-off",
        title: "a head that ends before its empty line is answered with 400, also a later one",
        rule: "RFC 9112 s8: an incomplete request; its client may still read",
        hint: "A read of 0 bytes behind a part of a head is HeadFault::Truncated: let next_head return \
               that, and refuse it.",
        run: head_breaks_off,
    },
    Check {
        id: "fault-in-the-content",
        title: "content that breaks its framing is refused with 400, and the connection ends",
        rule: "RFC 9112 s7.1, s11.2: nobody knows where the next request starts",
        hint: "The decoder tells a Fault: refuse it as you refuse one in the head.",
        run: bad_content,
    },
    Check {
        id: "fault-in-the-middle",
        title: "a bad request among good ones is the last that is answered",
        rule: "RFC 9112 s9.3.2, s11.2: nobody knows where the next request starts",
        hint: "Send what is ready, then the refusal with Connection: close, and end gently.",
        run: fault,
    },
    Check {
        id: "close-in-the-middle",
        title: "requests behind one that says close are not answered",
        rule: "RFC 9112 s9.6: a server must not process what follows close",
        hint: "Leave the loop after that answer, though more heads are in the buffer.",
        run: close,
    },
    Check {
        id: "end-does-not-eat-the-answer",
        title: "the last answer arrives whole although the client goes on sending",
        rule: "RFC 9112 s9.6: a server that closes while bytes come makes the kernel reset",
        hint: "Where the server decides to close, more may be on its way: shut the write side down, \
               read until the client has closed too, then close.",
        run: last_answer,
    },
];

/// More follows than a server reads at once, so that some of it is unread when it closes.
fn after_refusal(target: &Target) -> Verdict {
    let server = start(target)?;
    let behind = HELLO.repeat(3000);
    for bad in ["GET /hello HTTP/1.1\r\n\r\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "x\n\n"] {
        let mut client = server.connect()?;
        client.send_in_background((bad.to_owned() + &behind).into_bytes())?;
        refused(&mut client)?;
    }
    Ok(())
}

/// The next answer is a 400, and the last.
fn refused(client: &mut Client) -> Verdict {
    let response = client.response("GET")?;
    response.expect_status(client, 400)?;
    response.expect_field(client, "Connection", "close")?;
    client.sees_end()
}

fn head_breaks_off(target: &Target) -> Verdict {
    let server = start(target)?;
    let (mut first, mut later) = (server.connect()?, server.connect()?);
    greets(&mut later)?;
    [&mut first, &mut later].into_iter().try_for_each(|client| {
        client.send(&HELLO.as_bytes()[..20])?;
        client.half_close()?;
        refused(client)
    })
}

/// A chunk whose length is no number.
fn bad_content(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let fields = "Host: localhost\r\nTransfer-Encoding: chunked\r\n";
    client.send(format!("POST /hello HTTP/1.1\r\n{fields}\r\nx\r\n{HELLO}").as_bytes())?;
    refused(&mut client)
}

fn fault(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let bad = get("/hello", "Content-Length: +1\r\n");
    client.send((HELLO.to_owned() + HELLO + &bad + HELLO).as_bytes())?;
    greeting(&mut client)?;
    greeting(&mut client)?;
    refused(&mut client)
}

fn close(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.connect()?;
    let last = get("/hello", "Connection: close\r\n");
    client.send((HELLO.to_owned() + &last + &HELLO.repeat(500)).as_bytes())?;
    greeting(&mut client)?;
    greeting(&mut client)?;
    client.sees_end()
}

/// The 1,000th answer is the last, and the client can't know before it has read it. It is larger
/// than what this client takes in at once, so that a part of it waits in the server's kernel.
fn last_answer(target: &Target) -> Verdict {
    let server = start(target)?;
    let mut client = server.dial().receive_buffer(4096).connect()?;
    client.send(HELLO.repeat(999).as_bytes())?;
    (0..999).try_for_each(|_| greeting(&mut client))?;
    client.send(get("/big?n=300000", "").as_bytes())?;
    let mut got = 0;
    while got < 300_000 {
        let more = client.read_some(2048)?.len();
        expect(&client, more > 0, format!("the last answer is whole; it ended after {got} bytes"))?;
        got += more;
        client.send_what_is_taken(b"G", 1);
    }
    Ok(())
}
