//! The stretch exercises' checks, and what each tells a learner.

use grader::{Scored, Seen};

const NO_REST: &str = "Nobody says anything, and the server does not rest. Call poll with \
     PollTimeout::NONE, ask for POLLOUT only while there is something to write, and drop the \
     connection whose read returns 0 or an error: poll names it again and again.";

pub const TWO_AT_ONCE: Scored = Scored::new("two-at-once", 1)
    .told(&[
        (
            "threads",
            "It works, but with a thread or a process for each client. One thread is enough: it \
             waits with poll for all of them, and then serves those that poll names.",
        ),
        ("to sleep in a call", NO_REST),
        (
            "to close the connection",
            "When read returns 0, the client has sent its last byte: take the connection out of \
             the list, which drops it and so closes it. The same if read or write returns an error.",
        ),
    ])
    .when(&[(
        Seen::Hung,
        "While the server is in read for one client it can't hear another. Wait with poll for the \
         listening socket and all connections together, then read only from those that poll names.",
    )]);

pub const UNREAD: Scored = Scored::new("unread-bytes-keep-nobody-waiting", 1)
    .told(&[
        ("to be blocked", NO_REST),
        (
            "bytes from a client that reads nothing",
            "As long as there is something that a client has not taken, read nothing more from it: \
             ask poll for POLLOUT then, and not for POLLIN. TCP makes the client wait.",
        ),
        (
            "after the first client was blocked",
            "write waited for the client that reads nothing, and everybody else with it. Set \
             O_NONBLOCK on each connection (fcntl): write takes what there is room for, or returns \
             EAGAIN. Keep the rest, and ask poll for POLLOUT.",
        ),
    ])
    .when(&[(
        Seen::Hung,
        "Wait with poll for the listening socket and all connections together, and neither in \
         read nor in write for one of them.",
    )]);

pub const DATAGRAMS: Scored = Scored::new("datagrams-come-back", 1).when(&[
    (
        Seen::Refused,
        "Nothing takes datagrams there. Bind a UdpSocket to the address that getsockname has told, \
         and do it before the listening line is printed.",
    ),
    (
        Seen::WrongBytes,
        "Each datagram comes back as one, whole, and an empty one too: recv_from brings just one, \
         send_to sends one. An array that is too short cuts it: 65,536 bytes hold any.",
    ),
    (
        Seen::Hung,
        "A datagram did not come back. An empty one is one as well: 0 from recv_from is no end. \
         And it must not wait for a client of TCP: give UDP a thread, or poll both sockets.",
    ),
]);
