//! What can be wrong with a server of stage 1, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage1.rs`.

use grader::Broken;

const fn listen(name: &'static str, hint: &'static str) -> Broken {
    Broken::new(name, "printed-port-accepts", hint)
}

const fn first_bytes(name: &'static str, hint: &'static str) -> Broken {
    Broken::new(name, "first-bytes-come-back", hint)
}

pub const BROKEN: &[Broken] = &[
    listen("prints-the-address-asked-for", "Ask the socket for its address after bind"),
    listen("asks-before-bind", "Before bind the port is 0"),
    listen("no-bind", "bind gives the socket the address that was asked for"),
    listen("ignores-port", "bind gives the socket the address that was asked for"),
    listen("no-listen", "call listen after bind"),
    listen("prints-before-listening", "print the line after that"),
    listen("listens-before-bind", "The order is socket, bind, listen, getsockname"),
    listen("listens-everywhere", "everybody on your network"),
    Broken::new("always-ipv4", "listens-on-ipv6", "AddressFamily::Inet6 if address.is_ipv6()"),
    Broken::new("ignores-host", "listens-on-ipv6", "whatever HOST says"),
    listen("wrong-family", "The family of the socket must be that of its address"),
    listen("datagram-socket", "SockType::Stream"),
    listen("drops-the-socket", "which closes it when it is dropped"),
    listen("accepts-before-the-line", "Call nothing before it that waits for a client"),
    first_bytes("writes-nothing", "write what read has brought"),
    first_bytes("no-room", "a Vec made with Vec::with_capacity has length 0"),
    first_bytes("whole-array", "only these, &buffer[..count]"),
    first_bytes("text", "String and from_utf8_lossy change"),
    first_bytes("text-or-error", "Make no String of them"),
    first_bytes("text-or-panic", "The server panicked"),
    first_bytes("fills-the-array", "wait neither for a full array"),
    first_bytes("reads-to-the-end", "nor for the client's end"),
    Broken::new("reads-once", "echo-piece-by-piece", "until read returns 0"),
    Broken::new("stops-at-a-short-read", "echo-piece-by-piece", "less than the array can hold"),
    Broken::new("stops-at-a-short-read", "half-close", "less than the array can hold"),
    Broken::new("goes-on-at-the-end", "half-close", "read returns 0, each time"),
    Broken::new("accepts-once", "half-close", "accept belongs into the loop"),
    Broken::new("keeps-connections", "half-close", "keep no copy of it"),
    Broken::new("writes-once", "slow-reader", "Call it again with the others"),
    Broken::new("writes-twice", "slow-reader", "until none are left"),
    Broken::new("writes-all-again", "slow-reader", "Call it again with the others"),
    Broken::new("gives-up-on-a-short-write", "slow-reader", "that is no error"),
    Broken::new("never-waits", "slow-reader", "The server never rests"),
    Broken::new("no-loop", "next-client", "put accept and echo into a loop"),
    Broken::new("stops-after-twenty", "next-client", "is never left"),
    Broken::new("leaks-descriptors", "next-client", "until none was left"),
    Broken::new("question-mark", "client-resets", "A ? or a return would leave the loop"),
    Broken::new("stops-at-an-error", "client-resets", "A ? or a return would leave the loop"),
    Broken::new("forgives-resets-only", "client-resets", "Whichever error it is"),
    Broken::new("panics-on-an-error", "client-resets", "The server panicked"),
    Broken::new("ends-without-a-word", "client-says-nothing", "its first read may return 0"),
    Broken::new("no-reuse-address", "contract-restart-on-the-same-port", "set it before bind"),
    Broken::new("reuse-address-after-bind", "contract-restart-on-the-same-port", "it is too late"),
    Broken::new("reuse-port", "second-server", "that is SO_REUSEPORT"),
    Broken::new("", "two-at-once", "Wait with poll"),
    Broken::new("a-thread-each", "two-at-once", "One thread is enough"),
    Broken::new("never-sleeps", "two-at-once", "the server does not rest"),
    Broken::new("", "unread-bytes-keep-nobody-waiting", "Wait with poll"),
    Broken::new("waits-in-write", "unread-bytes-keep-nobody-waiting", "O_NONBLOCK"),
    Broken::new("", "datagrams-come-back", "Bind a UdpSocket"),
    Broken::new("cuts-datagrams", "datagrams-come-back", "An array that is too short cuts it"),
];
