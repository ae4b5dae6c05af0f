//! The steps of stage 1, and what each is worth.

use grader::{Scored, Seen, Step};

pub const POINTS: u32 = 12;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[Scored::new("printed-port-accepts", 2).when(&[
            (Seen::NotSo, "Ask the socket after bind, with getsockname: before it, the port is 0."),
            (
                Seen::Refused,
                "A socket that is bound and does not listen takes nobody: call listen after bind. \
                 And the program must still run.",
            ),
            (
                Seen::Ended,
                "It says what is missing on standard error. When the socket listens, go on to \
                 accept: the program must still be there when a client comes.",
            ),
        ])],
        page: "man 2 socket, bind, listen, getsockname",
        ..step(
            1,
            "listen",
            "in listen_on, call socket, bind, listen and getsockname, and return the socket",
        )
    },
    Step {
        checks: &[Scored::new("first-bytes-come-back", 2).when(&[
            (
                Seen::WrongBytes,
                "Bytes are not text: from_utf8_lossy and String change what is not UTF-8. Write \
                 the bytes that read has put into the array, and only as many as it has returned.",
            ),
            (Seen::ClosedEarly, "Write before the connection is dropped, and all that was read."),
        ])],
        page: "man 2 read, write",
        ..step(2, "echo", "in echo, read once and write back what has come")
    },
    Step {
        checks: &[Scored::new("echo-piece-by-piece", 1), Scored::new("half-close", 1)],
        page: "man 2 read, RETURN VALUE",
        ..step(3, "to the end", "read and write in a loop until read returns 0")
    },
    Step {
        checks: &[Scored::new("slow-reader", 2)],
        page: "man 2 write, RETURN VALUE",
        ..step(4, "all of it", "write again what write has not taken, until nothing is left")
    },
    Step {
        checks: &[Scored::new("next-client", 1), Scored::new("client-resets", 1)],
        needs: &["client-says-nothing"],
        page: "man 2 accept",
        ..step(5, "next, please", "put accept and echo into a loop that no client's error leaves")
    },
    Step {
        checks: &[Scored::new("contract-restart-on-the-same-port", 2).when(&[(
            Seen::Ended,
            "If bind says that the address is in use: connections that the server closed first \
             still hold the port for a minute. Set SO_REUSEADDR before bind; after it, it is late.",
        )])],
        page: "man 7 socket, SO_REUSEADDR",
        ..step(6, "same port again", "set SO_REUSEADDR before bind")
    },
];
