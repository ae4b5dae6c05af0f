//! The first steps: a port that accepts, and a few bytes that come back.

use std::net::{Ipv4Addr, TcpListener};

use grader::{Check, Failure, Seen, Target, Verdict, contract, expect, random};

use crate::echo::echoes;

pub const CHECKS: &[Check] = &[
    Check {
        id: "printed-port-accepts",
        title: "the address that is printed is HOST and the real port, and takes a connection",
        rule: "POSIX socket(2), bind(2), listen(2), getsockname(2)",
        hint: "Four calls in this order; then ask the socket for its address and print it.",
        run: accepts,
    },
    Check {
        id: "listens-on-ipv6",
        title: "HOST=::1 makes it listen on IPv6",
        rule: "POSIX socket(2): AF_INET, AF_INET6",
        hint: "Listen on the address that listen_on is given, whatever HOST says, with a socket of \
               its family: AddressFamily::Inet6 if address.is_ipv6().",
        run: accepts_on_ipv6,
    },
    Check {
        id: "first-bytes-come-back",
        title: "the first bytes of a client come back as they were sent, and no others",
        rule: "POSIX read(2), write(2): a connection carries bytes, not text",
        hint: "Read once into an array, and write back as many bytes of it as read has returned: \
               just as they are, for bytes are not text.",
        run: first_bytes,
    },
];

/// With the usual port, a server that prints what it was asked for would look right.
const ANY_PORT_BY_HAND: &str = "write PORT=0 in front of the command that starts the server";

fn accepts(target: &Target) -> Verdict {
    let server = target.start()?;
    let real = server.address().port() != 0;
    expect(&server, real, "the line names the port that the system has chosen, not 0")
        .map_err(|failure| failure.got(server.listening_line()).by_hand(ANY_PORT_BY_HAND))?;
    server.connect()?;
    drop(server);
    start_patiently(|| listens_where_it_is_told(target))
}

fn accepts_on_ipv6(target: &Target) -> Verdict {
    // Before that, so that a machine without IPv6 gives nothing to a server that does not listen.
    target.start()?.connect()?;
    contract::on_ipv6(target)?.map_or(Ok(()), |server| server.connect().map(drop))
}

/// Between our look at a port and the server's bind, somebody else may take it: that a program ends
/// proves nothing before the third try.
pub fn start_patiently<T>(start: impl Fn() -> Result<T, Failure>) -> Result<T, Failure> {
    for _ in 0..2 {
        match start() {
            Err(failure) if failure.kind() == Seen::Ended => {}
            result => return result,
        }
    }
    start()
}

/// A socket that listens without bind has a port too, but any.
fn listens_where_it_is_told(target: &Target) -> Verdict {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.map_err(|error| Failure::new(error.to_string()).seen(Seen::Machine))?.port();
    let server = target.launch().env("PORT", port.to_string()).start()?;
    let address = server.address();
    let what = match (address.port() == port, address.ip() == Ipv4Addr::LOCALHOST) {
        (true, true) => return server.connect().map(drop),
        (true, false) => {
            "started with HOST=127.0.0.1, the program listens on another address".into()
        }
        (false, _) => format!("started with PORT={port}, the program listens on another port"),
    };
    let line = format!("listening on 127.0.0.1:{port}");
    Err(Failure::new(what)
        .seen(Seen::WrongBytes)
        .expected(line.as_bytes())
        .got(server.listening_line().as_bytes())
        .by_hand(format!("start the server with PORT={port} before its command, as in the README"))
        .of(&server))
}

/// First text, which is easy to read in a story; then what can't be text.
fn first_bytes(target: &Target) -> Verdict {
    let text = format!("hello, {}\n", random::name()).into_bytes();
    let no_text = [random::name().as_bytes(), b"\0\xFF\xC3\r"].concat();
    [text, no_text].iter().try_for_each(|sent| come_back(target, sent))
}

fn come_back(target: &Target, sent: &[u8]) -> Verdict {
    let server = target.start()?;
    let mut client = server.connect()?;
    echoes(&mut client, sent)?;
    // In this step the server may go on, close the connection, or end: all that counts is that
    // there is nothing more to come, whichever way that shows.
    let _ = client.half_close();
    let more = client.read_some(16).unwrap_or_default();
    if more.is_empty() {
        return Ok(());
    }
    Err(Failure::new("more bytes came back than were sent")
        .seen(Seen::WrongBytes)
        .expected(sent)
        .got([sent, &more].concat().as_slice())
        .of(&client))
}
