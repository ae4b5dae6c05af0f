//! A connection that fails in the middle: of a request, or of its answer, or because the kernel does
//! not set an option of it. That is a client's affair.

use super::{Calm, Fault, Injected};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::{Failure, Seen};
use crate::gateway::talk::get;
use crate::server::Server;
use crate::target::Target;

/// From the second piece of an answer on.
const SENDING: [Fault; 3] = [
    Fault { calls: "sendto", error: "EPIPE", when: "2+" },
    Fault { calls: "sendto", error: "ECONNRESET", when: "2+" },
    Fault { calls: "sendto", error: "ETIMEDOUT", when: "2+" },
];

/// While the head of a request, and the rest of its content, are read.
const RECEIVING: [Fault; 4] = [
    Fault { calls: "recvfrom", error: "ECONNRESET", when: "1" },
    Fault { calls: "recvfrom", error: "ECONNRESET", when: "2" },
    Fault { calls: "recvfrom", error: "ETIMEDOUT", when: "2" },
    Fault { calls: "recvfrom", error: "ENOBUFS", when: "2" },
];

/// How often an answer is asked for until it goes out in more than one piece.
const TRIES: usize = 10;

const HALF: &[u8] = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst";

/// The one check.
pub(super) const fn checks<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "faults-connection",
        title: "a connection that fails in the middle ends alone, and is no news",
        rule: "POSIX send(2): EPIPE, ECONNRESET; recv(2): ECONNRESET, ETIMEDOUT",
        hint: "Give up this connection, drop the body, and go on with the next client.",
        run: fails::<STAGE>,
    }]
}

/// From stage 2 on: stage 1 sets no option of a connection.
#[must_use]
pub const fn options<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "faults-options",
        title: "a connection without its deadlines ends alone; one without TCP_NODELAY is served",
        rule: "POSIX setsockopt(2): ENOMEM, ENOBUFS",
        hint: "SO_RCVTIMEO or SO_SNDTIMEO was not set: end this connection, which could hold you for \
               ever. TCP_NODELAY was not set: go on, the pieces only come later.",
        run: lacks_options::<STAGE>,
    }]
}

/// The first options that a connection is given fail, one after the other.
const OPTIONS: [Fault; 4] = [
    Fault { calls: "setsockopt", error: "ENOBUFS", when: "1" },
    Fault { calls: "setsockopt", error: "ENOMEM", when: "1" },
    Fault { calls: "setsockopt", error: "ENOBUFS", when: "2" },
    Fault { calls: "setsockopt", error: "ENOBUFS", when: "3" },
];

fn lacks_options<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    for fault in OPTIONS {
        let injected = fault.put_into(&calm.server)?;
        let is_answered = ends_or_is_answered(&calm.server, &injected)?;
        // One option a connection is set on stage 5: there the third is the third client's.
        while injected.hits(fault.calls) == 0 {
            ends_or_is_answered(&calm.server, &injected)?;
        }
        let is_unbounded = fault.when == "1" && injected.hits("SO_RCVTIMEO") > 0;
        let what = "a client for whom there is no deadline is not waited for";
        expect(&calm.server, !(is_unbounded && is_answered), what)?;
        drop(injected);
        calm.serves()?;
    }
    calm.said_nothing()?;
    calm.is_as_before()
}

/// Whether a client is answered.
fn ends_or_is_answered(server: &Server, injected: &Injected) -> Result<bool, Failure> {
    let mut client = server.connect()?;
    client.send(get("/hello").as_bytes())?;
    let answer = match client.read_to_end() {
        Err(failure) if failure.kind() == Seen::Reset => Vec::new(),
        read => read?,
    };
    if answer.starts_with(b"HTTP/1.1 200 ") {
        return Ok(true);
    }
    expect(&client, answer.is_empty(), "it is an answer, or the end")?;
    injected.happened("setsockopt")?;
    let is_slow_only = injected.hits("TCP_NODELAY") > 0;
    expect(&client, !is_slow_only, "without TCP_NODELAY there is an answer")?;
    Ok(false)
}

fn fails<const STAGE: u8>(target: &Target) -> Verdict {
    let calm = Calm::<STAGE>::start(target)?;
    for fault in SENDING {
        let injected = fault.put_into(&calm.server)?;
        answer_is_cut(&calm.server, &injected)?;
        drop(injected);
        calm.serves()?;
    }
    for fault in RECEIVING {
        let injected = fault.put_into(&calm.server)?;
        let mut client = calm.server.connect()?;
        client.send(HALF)?;
        injected.called()?; // else both halves may come at once
        // The server may have closed the connection by now.
        let _ = client.send(b" last");
        client.ending()?;
        drop(client);
        injected.happened(fault.calls)?;
        drop(injected);
        calm.serves()?;
    }
    calm.said_nothing()?;
    calm.is_as_before()
}

/// Some parts have come. The chunk that would end them must not: it would say that this was all.
fn answer_is_cut(server: &Server, injected: &Injected) -> Verdict {
    for _ in 0..TRIES {
        let mut client = server.connect()?;
        client.send(get("/stream?ms=100").as_bytes())?;
        let bytes = client.read_to_end()?;
        let text = String::from_utf8_lossy(&bytes);
        if text.ends_with("0\r\n\r\n") && injected.hits("sendto") == 0 {
            continue; // a server that was late has sent all in one: nothing was tried
        }
        let is_cut = text.contains("part1") && !text.ends_with("0\r\n\r\n");
        expect(&client, is_cut, "the answer ends in the middle, without a last-chunk")?;
        break;
    }
    injected.happened("sendto")
}
