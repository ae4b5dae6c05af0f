//! The steps of stage 1, and what each is worth.

use grader::Step;

use crate::{hints, stretch};

pub const POINTS: u32 = 12;

const fn step(number: u8, title: &'static str, task: &'static str) -> Step {
    Step { number, title, task, bonus: false, checks: &[], needs: &[], page: "" }
}

pub const STEPS: &[Step] = &[
    Step {
        checks: &[hints::LISTEN, hints::ON_IPV6],
        page: "man 2 socket, bind, listen, getsockname",
        ..step(
            1,
            "listen",
            "in listen_on, call socket, bind, listen and getsockname, and return the socket",
        )
    },
    Step {
        checks: &[hints::FIRST_BYTES],
        page: "man 2 read, write",
        ..step(2, "echo", "in echo, read once and write back what has come")
    },
    Step {
        checks: &[hints::PIECE_BY_PIECE, hints::HALF_CLOSE],
        page: "man 2 read, RETURN VALUE",
        ..step(3, "to the end", "read and write in a loop until read returns 0")
    },
    Step {
        checks: &[hints::SLOW_READER],
        page: "man 2 write, RETURN VALUE",
        ..step(4, "all of it", "write again what write has not taken, until nothing is left")
    },
    Step {
        checks: &[hints::NEXT_CLIENT, hints::CLIENT_RESETS],
        needs: &["client-says-nothing"],
        page: "man 2 accept",
        ..step(5, "next, please", "put accept and echo into a loop that no client's error leaves")
    },
    Step {
        checks: &[hints::RESTART],
        // A server that serves one client and ends may be gone before the check has ended it, or not.
        needs: &["second-server", "next-client"],
        page: "man 7 socket, SO_REUSEADDR",
        ..step(6, "same port again", "set SO_REUSEADDR before bind")
    },
    Step {
        bonus: true,
        checks: &[stretch::hints::TWO_AT_ONCE, stretch::hints::UNREAD],
        page: "stage1-echo/stretch/README.md; man 2 poll",
        ..step(7, "two at once", "wait with poll for whichever client has something to say")
    },
    Step {
        bonus: true,
        checks: &[stretch::hints::DATAGRAMS],
        page: "stage1-echo/stretch/README.md; RFC 862; man 7 udp",
        ..step(8, "datagrams too", "answer UDP on the address and port of the listening socket")
    },
];
