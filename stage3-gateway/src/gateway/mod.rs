//! The second room: the gateway between a server and an application (PEP 3333). Nothing here knows
//! a socket: the environ comes from a head, the response goes to a [`sink::Sink`].
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `application.rs` | first | what an application is: `environ`, `start_response`, a body |
//! | `environ.rs` | first | the request as the application sees it |
//! | `response.rs` | first | what `start_response` and `write` share: the state of a response |
//! | `run.rs` | first | runs an application for one request |
//! | `variables.rs` | hardening | which field becomes which variable |
//! | `sink.rs` | hardening | where the bytes of a response go, and when |
//! | `mend.rs` | hardening | what a client gets when an application fails |
//! | `error.rs` | hardening | what can go wrong between the two, and whose fault it is |
//! | `validator/` | | middleware that checks both sides against the PEP |

pub mod application;
pub mod environ;
pub mod error;
pub mod mend;
pub mod response;
pub mod run;
pub mod sink;
pub mod validator;
pub mod variables;

#[cfg(test)]
#[allow(clippy::unwrap_used, missing_docs)]
pub mod testing;
