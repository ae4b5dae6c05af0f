//! Stage 5: one process, ten thousand connections.
//!
//! **New here**: a task for each connection instead of a process, so that waiting costs two kilobytes
//! and not fifty; an event loop, which tokio runs on as many threads as there are cores; connections that persist from request to request; a door for applications that
//! never block.
//!
//! **Reused** from stages 1 to 3: listening, everything that knows HTTP, the gateway, and the very
//! applications that stages 3 and 4 serve. Nothing of stage 4.
//!
//! **Still missing**: a second machine.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `serve.rs` | first | accepts connections and gives each a task |
//! | `connection.rs` | first | one connection: request after request |
//! | `exchange.rs` | first | one request and its response on a connection |
//! | `blocking.rs` | first | an application of stage 3, on a thread where it may block |
//! | `direct.rs` | first | an application that never blocks, in the connection's own task |
//! | `live.rs` | | such an application: what WSGI can't say |
//! | `accept.rs` | hardening | the next connection, when there is room |
//! | `places.rs` | hardening | how many connections may be open |
//! | `threads.rs` | hardening | threads, of which one is woken for many requests |
//! | `thread_io.rs` | hardening | content and response, to and from a thread |
//! | `incoming.rs` | hardening | the content of a request, as it arrives |
//! | `wire.rs` | hardening | the socket: reading and writing without waiting for ever |
//! | `next_head.rs` | hardening | waiting for a head, but not for ever |
//! | `refuse.rs` | hardening | telling a client what is wrong |
//! | `stop.rs` | hardening | SIGTERM and SIGINT, and how everybody learns of them |
//! | `drain.rs` | hardening | the end of the server |
//! | `access_log.rs` | hardening | the log, on a thread where it may block |
//! | `limits.rs` | hardening | how many connections, threads and requests |

pub mod accept;
pub mod access_log;
pub mod blocking;
pub mod connection;
pub mod direct;
pub mod drain;
pub mod exchange;
pub mod incoming;
pub mod limits;
pub mod live;
pub mod next_head;
pub mod places;
pub mod refuse;
pub mod serve;
pub mod stop;
pub mod thread_io;
pub mod threads;
pub mod wire;
