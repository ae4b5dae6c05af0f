//! The stretch exercises as steps: their checks, and what each tells a learner.

use grader::{Scored, Seen, Step};

pub const BALANCER: Step = Step {
    number: 10,
    title: "more machines",
    task: "with UPSTREAMS set, hand each connection to the next of these servers",
    bonus: true,
    checks: &[IN_TURN, DOWN],
    needs: &["upstreams-many", "upstreams-until-the-end"],
    page: "stage5-async/stretch/README.md; docs.rs/tokio: io::copy_bidirectional",
};

pub const TALK: Step = Step {
    number: 11,
    title: "a talk",
    task: "let GET /talk switch to WebSocket; what one client says, all hear",
    bonus: true,
    checks: &[HANDSHAKE, REACHES_ALL],
    needs: &["talk-refuses", "talk-frames", "talk-ends-at-sigterm"],
    page: "stage5-async/stretch/README.md; RFC 6455; docs.rs/tokio: sync::broadcast",
};

const IN_TURN: Scored = Scored::new("upstreams-in-turn", 1)
    .told(&[
        (
            "to one of the UPSTREAMS",
            "Nobody has connected to an upstream. Read UPSTREAMS from the environment, addresses \
             with commas between them; if it is set, answer nothing yourself: connect to the next \
             of them as soon as a client has come, before it says anything.",
        ),
        (
            "in turn, not",
            "Count the connections, or turn the list by one place each time: the first goes to the \
             first upstream, the fourth of three to the first again.",
        ),
        (
            "waits for the client's end",
            "The client has ended its direction, and the upstream was not told: when a read \
             returns 0, shut down writing on the other side, and go on with the other direction. \
             copy_bidirectional does so.",
        ),
        (
            "after the client's end",
            "A client that has said its last word still waits for the answer: the end of one \
             direction is not the end of the other.",
        ),
    ])
    .when(&[(
        Seen::Hung,
        "Something was not passed on. Both directions must be waited for at once, and each byte \
         goes on as it comes: copy_bidirectional, or two tasks with tokio::io::copy.",
    )]);

const DOWN: Scored = Scored::new("upstreams-that-are-down", 1).told(&[
    (
        "to one of the UPSTREAMS",
        "One of two upstreams is down, and a client has reached none. If connect fails, try the \
         next one, for the same client, until each was tried. (And UPSTREAMS must be read first.)",
    ),
    (
        "a response",
        "All upstreams are down: write a 502 page to the client, shut down writing, and close gently.",
    ),
    (
        "has status 502",
        "All upstreams are down, so the status is 502, Bad Gateway.",
    ),
    (
        "are asked again",
        "An upstream that was down once may be back: try each of them anew for each connection.",
    ),
]);

const HANDSHAKE: Scored = Scored::new("talk-handshake", 1)
    .told(&[
        (
            "has status 101",
            "In respond, when the head is understood and before the application runs: is it GET \
             /talk with `Upgrade: websocket`? Names and these words have no case, and Connection \
             may have other words in it. Then write the 101 and speak WebSocket.",
        ),
        (
            "Sec-WebSocket-Accept",
            "It is accept_key (stretch/accept_key.rs has it) of the key as it came, without the \
             white space around it.",
        ),
        (
            "the field Upgrade",
            "A 101 says what the connection is now: Upgrade: websocket, Connection: Upgrade.",
        ),
        (
            "does not mask",
            "Only clients mask. A server sends the data as it is, without the mask bit.",
        ),
        (
            "a close frame",
            "A close frame is answered with a close frame, with the same two bytes of a reason; \
             then shut down writing and let the client close.",
        ),
    ])
    .when(&[(
        Seen::ClosedEarly,
        "A talk was closed that nobody had ended. It is not idle, however silent it is: from the \
         101 on, no deadline of HTTP applies, neither HEAD_TIMEOUT nor IDLE_TIMEOUT.",
    ), (
        Seen::Hung,
        "Said, and nothing heard. A frame of a client has 2 bytes, perhaps 2 or 8 of a length, 4 \
         of the mask, and the data. It may have come in the segment of the head: look at what \
         was received already before you wait for more.",
    )]);

const REACHES_ALL: Scored = Scored::new("talk-reaches-all", 1)
    .told(&[
        ("has status 101", "The handshake comes first: see talk-handshake."),
        (
            "take no threads",
            "Each talk has taken a thread. A task is enough: it waits with select! and needs no \
             spawn_blocking.",
        ),
        (
            "without end",
            "One client reads nothing, and the messages for it fill the memory. A broadcast channel \
             has a bound: who falls behind gets RecvError::Lagged, and is let go.",
        ),
    ])
    .when(&[
        (
            Seen::Hung,
            "Not everybody has heard it. Subscribe before the 101 is written; wait with select! \
             for the client and for the others at once. Write only behind the select!, and only to \
             the task's own client: one that does not read must make nobody else wait.",
        ),
        (
            Seen::ClosedEarly,
            "A talk was closed, or missed something. It is not idle, however long it is silent, \
             and what one client says in one go must not push others out of a small channel: \
             tokio::task::yield_now after each message lets them hear.",
        ),
    ]);
