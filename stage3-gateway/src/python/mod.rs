//! Applications in Python, on any of our servers: Flask, Pyramid, Django, and anything else that
//! speaks WSGI.
//!
//! The environ has to cross from one process to another here, as it does with CGI, FastCGI, SCGI and
//! uwsgi. Ours runs `python3` once: a master that imports the application, and workers that it
//! forks, which wait at a Unix socket. A request goes to a worker in frames, and its response comes
//! back in frames. To the server all of that is one more `Application`.
//!
//! ```text
//! server ── Unix socket ──┬─ worker     what a request needs crosses here, in frames
//!                         └─ worker
//! server ── control ──────── master     "ready"; "end 4711"; when it closes, the server has exited
//! ```
//!
//! Python could be linked into the server instead. Then the server would have to be compiled against
//! one version of Python, as a rule, and stage 4 would fork all of it for each client: Python counts
//! references in each object that it touches, so page after page would be copied.
//!
//! Read [`application`] first: it follows one request to a worker and back. [`protocol`] says what
//! the two may send each other and when, [`pool`] keeps the connections to the workers, and
//! [`process`] starts Python. The other side is `gateway_worker.py`, `gateway_master.py` and
//! `gateway_load.py`, to be read in this order.

pub mod application;
pub mod pool;
pub mod process;
pub mod protocol;
