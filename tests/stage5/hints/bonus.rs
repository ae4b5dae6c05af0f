//! What the bonus steps tell a learner.

use grader::{Scored, Seen};

const GOES_ON: &str = "The answer ended the connection, or said that it would. Frame it with \
     stage3_gateway::gateway::response::Response, as run does: start, piece, end. It makes the head \
     that the request asks for; end returns the outcome, and says whether the connection goes on.";

pub const ASYNC: Scored = Scored::new("async-application-waits", 1)
    .told(&[
        (
            "before it listened",
            "The name async was refused. Give it to `arguments`, in a list with those of \
             APPLICATIONS; by_name does not know it, so keep apart which application is served.",
        ),
        ("does not say close", GOES_ON),
        (
            "takes as long",
            "The answer came too soon. The N of /slow?ms=N is a time in milliseconds: await \
             tokio::time::sleep for so long, and answer then.",
        ),
    ])
    .when(&[(Seen::ClosedEarly, GOES_ON)]);

pub const NO_THREAD: Scored = Scored::new("async-waits-without-a-thread", 1)
    .told(&[(
        "hold no thread",
        "Each request that waits has a thread: std::thread has one for each, spawn_blocking has no \
         more than 512. Await tokio::time::sleep in the connection's own task.",
    )])
    .when(&[(
        Seen::Hung,
        "Those that wait keep others from being served. Await tokio::time::sleep in the connection's \
         own task: std::thread::sleep stops all tasks of its thread, and spawn_blocking has no more \
         than 512 threads.",
    )]);

pub const LIMIT: Scored = Scored::new("connections-have-a-limit", 1)
    .told(&[
        (
            "descriptor",
            "More connections were accepted than may be open. Wait for a place first and accept \
             then: what is not accepted waits in the backlog and costs nothing. \
             Semaphore::acquire_owned is such a wait.",
        ),
        (
            "was answered",
            "The limit in the environment variable CONNECTIONS was not kept. Take a permit of a \
             tokio::sync::Semaphore before you accept, and let the connection's task own it.",
        ),
        (
            "the server to close the connection",
            "A full server did not hear SIGTERM: it was waiting for a place. Wait for the place and \
             for the next client in one future, beside the signals in the select!.",
        ),
    ])
    .when(&[
        (
            Seen::ClosedEarly,
            "A client that found no place was turned away. Do not accept it: in the backlog it waits \
             until a place is free.",
        ),
        (
            Seen::Hung,
            "A connection has ended, and its place was not free again. Let the task own the permit, \
             so that it is dropped with the task, however that ends.",
        ),
    ]);
