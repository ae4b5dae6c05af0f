//! Stage 4: a process for each connection.
//!
//! **New here**: `fork`, so that a slow client keeps nobody waiting; which descriptor is closed on
//! which side of it; children that end and must be reaped; signals, in parent and child; a server
//! that stops without dropping what it has begun.
//!
//! **Reused** from stages 1 to 3: listening, and everything that happens on a connection: a child
//! calls stage 3's `serve_connection`, and the applications are the same values.
//!
//! **Still missing**: a process for each connection is dear, and there is an end to how many a
//! machine takes. Stage 5 serves them all in one.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `serve.rs` | first | the loop: accept, fork, close on the right side |
//! | `fork.rs` | first | the call that returns twice, and the signals around it |
//! | `child.rs` | first | what a child does: answer, and end |
//! | `children.rs` | first | what the parent does about children that have ended: reap |
//! | `signals.rs` | first | the self-pipe: sleeping until a client or a signal comes |
//! | `ends.rs` | hardening | how children ended, and how they are made to |
//! | `accept_errors.rs` | hardening | outliving `accept`'s errors without neglecting the children |
//! | `stop.rs` | hardening | stopping: the queue first, then what runs, then by force |
//! | `refuse.rs` | hardening | a 503 when there can be no child |
//! | `limits.rs` | hardening | how many, how long |

pub mod accept_errors;
pub mod child;
pub mod children;
mod ends;
mod fork;
pub mod limits;
pub mod refuse;
pub mod serve;
pub mod signals;
pub mod stop;
