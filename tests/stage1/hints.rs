//! The checks that earn points, and what each tells a learner: a hint for each likely fault, by
//! words in what was seen or on standard error, or by the way in which the conversation ended.

use grader::{Scored, Seen};

const FAMILY: (&str, &str) = (
    "Address family not supported",
    "The family of the socket must be that of its address: AddressFamily::Inet6 if \
     address.is_ipv6(), and else Inet.",
);

pub const LISTEN: Scored = Scored::new("printed-port-accepts", 1)
    .told(&[
        (
            "no socket yet",
            "listen_on still ends with the error of step 1. Make the four calls before it, and \
             return Ok((socket, real_address)) in its place.",
        ),
        (
            "nothing listens there",
            "The line was there, but nobody listened. A socket that is bound takes no connection \
             yet: call listen after bind, and print the line after that.",
        ),
        (
            "Bad file descriptor",
            "The socket was closed before it was used: socket returns an OwnedFd, which closes it \
             when it is dropped. Keep that in a variable, and return it from listen_on.",
        ),
        (
            "Invalid argument",
            "A call came in the wrong place, or one before it is missing. The order is socket, \
             bind, listen, getsockname, each of them once; accept comes last.",
        ),
        FAMILY,
        (
            "Operation not supported",
            "Only a socket for streams can listen: give socket SockType::Stream.",
        ),
        (
            "already in use",
            "Listen on the port that the environment names in PORT, and leave 0 as it is: the \
             checks run many servers side by side.",
        ),
        (
            "not 0",
            "Ask the socket for its address after bind, with getsockname. Before bind the port is \
             0, and in the address that was asked for it stays 0.",
        ),
        (
            "listens on another address",
            "Bind the address that listen_on is given, as it is. 0.0.0.0 and [::] stand for all \
             addresses of this machine: everybody on your network could reach the server.",
        ),
        (
            "listens on another port",
            "bind gives the socket the address that was asked for: call it before listen, with \
             &SockaddrStorage::from(address). Without it, listen takes any free port.",
        ),
    ])
    .when(&[
        (
            Seen::Ended,
            "The program ended before it listened. The last line on stderr says which error a call \
             returned; its page, such as man 2 bind, says what that error means.",
        ),
        (
            Seen::Hung,
            "Print the line as soon as the socket listens, and flush it. Call nothing before it \
             that waits for a client: accept comes afterwards.",
        ),
    ]);

pub const ON_IPV6: Scored = Scored::new("listens-on-ipv6", 1).told(&[FAMILY]);

const NOT_BACK_YET: &str = "The connection was closed before the bytes were back. In echo, write \
     what read has brought, and return after that. Has read returned 0? Then it had no room: a Vec \
     made with Vec::with_capacity has length 0. Use an array, [0; 4096].";

pub const FIRST_BYTES: Scored = Scored::new("first-bytes-come-back", 2)
    .told(&[
        (
            "nothing is sent back yet",
            "echo still ends with the error of step 2. Read once, write back what has come, and \
             return Ok(()) in place of the error.",
        ),
        (
            "more bytes came back",
            "read returns how many bytes have come. Write back only these, &buffer[..count]: what \
             is behind them in the array was not sent by the client.",
        ),
        (
            "utf-8",
            "Bytes are not text, and most of them can't be. Make no String of them: write back the \
             bytes that read has put into the array.",
        ),
    ])
    .when(&[
        (
            Seen::WrongBytes,
            "Write back the bytes that read has put into the array, just as they are. Bytes are \
             not text: String and from_utf8_lossy change what is not UTF-8.",
        ),
        (Seen::ClosedEarly, NOT_BACK_YET),
        (Seen::Reset, NOT_BACK_YET),
        (
            Seen::Hung,
            "The client waits for its bytes, and sends no more before it has them. Write after the \
             first read: wait neither for a full array nor for the client's end.",
        ),
    ]);

const GO_ON: &str = "The client had more to send. Go round read and write in a loop until read \
     returns 0. That it brings less than the array can hold says nothing: more may come later.";

/// What the starter says at the end of a program that has served its first piece.
const ENDED_TOO_SOON: &[(&str, &str)] = &[
    (
        "nothing is sent back yet",
        "echo ends with the error of step 2 after its first piece. Put read and write into a loop, \
         and return Ok(()) when read returns 0.",
    ),
    (
        "ends after its first client",
        "echo returned after a piece, while the client had more to send. Put read and write into a \
         loop, and return only when read returns 0.",
    ),
];

pub const PIECE_BY_PIECE: Scored = Scored::new("echo-piece-by-piece", 1)
    .told(ENDED_TOO_SOON)
    .when(&[(Seen::ClosedEarly, GO_ON), (Seen::Reset, GO_ON)]);

pub const HALF_CLOSE: Scored = Scored::new("half-close", 1).when(&[
    (Seen::ClosedEarly, GO_ON),
    (Seen::Reset, GO_ON),
    (
        Seen::Hung,
        "The client has sent its last byte and waits for the end of the connection. From now on \
         read returns 0, each time: return Ok(()) then. The connection is closed when its OwnedFd \
         is dropped, so keep no copy of it, and drop it before the next accept. If echo does that \
         already, look at serve: accept belongs into the loop, once for each client.",
    ),
    (Seen::WrongBytes, "Something is missing: write back all that was read before you return."),
]);

const WRITE_THE_REST: &str = "write may take fewer bytes than it is given, and that is no error: \
     it returns how many it has taken. Call it again with the others, &bytes[taken..], until none \
     are left.";

pub const SLOW_READER: Scored = Scored::new("slow-reader", 2)
    .told(&[(
        "to sleep in a call",
        "The server never rests: it calls read, write or poll again and again, though there is \
         nothing to do. Wait in the call. With poll use PollTimeout::NONE, and ask for POLLOUT only \
         while something is to be written.",
    )])
    .when(&[
        (Seen::WrongBytes, WRITE_THE_REST),
        (Seen::ClosedEarly, WRITE_THE_REST),
        (Seen::Reset, WRITE_THE_REST),
        (Seen::Ended, WRITE_THE_REST),
    ]);

const NO_MORE: &str = "The server ended, and this client or the next was not served. In serve, put \
     accept and echo into a loop { … }, which goes round once for each client and is never left.";

pub const NEXT_CLIENT: Scored = Scored::new("next-client", 1)
    .told(&[(
        "Too many open files",
        "Each client has cost the server a descriptor, until none was left. Let the OwnedFd of each \
         connection be dropped before the next accept: no copy, no list, no mem::forget.",
    )])
    .when(&[
        (Seen::Refused, NO_MORE),
        (Seen::Reset, NO_MORE),
        (Seen::ClosedEarly, NO_MORE),
        (Seen::Ended, NO_MORE),
    ]);

const ONE_CLIENTS_ERROR: &str = "The error of one client ended the server. Whichever error it is, it \
     belongs to that client: take it in the loop with if let Err(error) = echo(&connection), print \
     it with warn, and go on. A ? or a return would leave the loop.";

pub const CLIENT_RESETS: Scored = Scored::new("client-resets", 1).when(&[
    (Seen::Refused, ONE_CLIENTS_ERROR),
    (Seen::Reset, ONE_CLIENTS_ERROR),
    (Seen::ClosedEarly, ONE_CLIENTS_ERROR),
    (Seen::Ended, ONE_CLIENTS_ERROR),
    (Seen::NotSo, ONE_CLIENTS_ERROR),
]);

const BEFORE_BIND: &str = "No other server has the port: connections that the server closed first \
     hold it for about a minute (TIME_WAIT). bind looks at SO_REUSEADDR when it decides, so set it \
     before bind: setsockopt(&socket, sockopt::ReuseAddr, &true)?. After bind it is too late. By \
     hand, the first start after you have done that can still fail: both runs must have set it.";

pub const RESTART: Scored = Scored::new("contract-restart-on-the-same-port", 2)
    .told(&[("already in use", BEFORE_BIND)])
    .when(&[(Seen::Ended, BEFORE_BIND)]);
