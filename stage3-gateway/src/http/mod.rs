//! The first room: bytes and messages (RFC 9110, RFC 9112). Nothing here reads or writes a socket:
//! bytes go in; a value, a fault or "not yet" comes out. So stages 3 and 4, which wait for each
//! read, and stage 5, which never waits, share every line of it.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `head.rs` | first | a request's head: `httparse` and what it leaves to us |
//! | `target.rs` | first | path, query and authority in the request target |
//! | `framing.rs` | hardening | how the length of a request's content is found |
//! | `content.rs` | first | content, taken out of its framing piece by piece |
//! | `chunked.rs` | hardening | the chunked transfer coding, read strictly |
//! | `response.rs` | first | a response's head, and how its content is framed |
//! | `fault.rs` | hardening | what can be wrong with a request, and its status |

pub mod chunked;
pub mod content;
pub mod fault;
pub mod framing;
pub mod head;
pub mod response;
pub mod target;

#[cfg(test)]
mod properties;
