//! Applications in Python, on any of our servers: Flask, Pyramid, Django, whatever speaks WSGI.
//!
//! An environ has to cross from one process to another here, as it does with CGI, FastCGI, SCGI and
//! uwsgi. Ours runs `python3` once: a master that imports the application, and workers that it
//! forks, which wait at a Unix socket. A request goes to a worker in frames, and its answer comes
//! back in frames; to the server all of that is one more `Application`.
//!
//! ```text
//! server ── Unix socket ──┬─ worker     what a request needs crosses here, in frames
//!                         └─ worker
//! server ── control ──────── master     "ready"; "end 4711"; its end means: nobody needs you
//! ```
//!
//! Why not link Python into the server? Then it would have to be compiled against one version of
//! Python, as a rule, and stage 4 would fork all of it for each client: Python counts references in
//! each object that it touches, so page after page would be copied.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `application.rs` | first | the `Application` that asks a worker |
//! | `conversation.rs` | first | one request and its answer, frame by frame; the body |
//! | `frame.rs` | first | what the frames look like |
//! | `worker.rs` | hardening | a connection to a worker: sending, and waiting, but not for ever |
//! | `workers.rs` | hardening | as many connections as there are workers, used again and again |
//! | `master.rs` | hardening | starting Python, and what went wrong if it does not start |
//! | `place.rs` | hardening | the folder that holds the socket and the scripts |
//!
//! The other side is in `gateway_master.py`, `gateway_load.py` and `gateway_worker.py`.

pub mod application;
pub mod conversation;
pub mod frame;
pub mod master;
pub mod place;
pub mod worker;
pub mod workers;
