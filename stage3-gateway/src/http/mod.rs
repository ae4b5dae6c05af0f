//! The first room: bytes and messages (RFC 9110, RFC 9112). Nothing here reads or writes a socket:
//! bytes go in; a value, a fault or "not yet" comes out. (Only `date.rs` looks at the clock.) So stages 3 and 4, which wait for each
//! read, and stage 5, which never waits, share every line of it.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `head.rs` | first | a request's head: the request line by stage 2, the fields by `httparse` |
//! | `response.rs` | first | a response's head |
//! | `encoder.rs` | first | a response's content, framed |
//! | `target.rs` | hardening | path, query and authority in the request target |
//! | `content.rs` | hardening | a request's content, taken out of its framing |
//! | `head_checks.rs` | hardening | what of a head `httparse` leaves to us; lists |
//! | `authority.rs` | hardening | host and port |
//! | `framing.rs` | hardening | how the length of a request's content is found |
//! | `chunked.rs` | hardening | the chunked transfer coding, read strictly |
//! | `date.rs` | hardening | `Date`, formatted once a second |
//! | `malformed.rs` | hardening | what an application must not send |
//! | `fault.rs` | hardening | what can be wrong with a request, and its status |

pub mod authority;
pub mod chunked;
pub mod content;
pub mod date;
pub mod encoder;
pub mod fault;
pub mod framing;
pub mod head;
pub mod head_checks;
pub mod malformed;
pub mod response;
pub mod target;

#[cfg(test)]
mod properties;
