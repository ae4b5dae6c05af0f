//! Stage 3: any application on any server.
//!
//! **New here**: two rooms and the door between them. [`http`] turns bytes into requests and
//! responses; [`gateway`] hands a request to an application and its answer back, in the form of
//! PEP 3333: `environ`, `start_response`, a body. [`demo`] is an application.
//!
//! **Reused** from stages 1 and 2: listening, reading a head, closing gently, the log's lines.
//!
//! **Still missing**: while one client is served, everybody else waits. Stage 4 forks.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `serve.rs` | first | one client after the other |
//! | `connection.rs` | first | one connection: read, understand, run the application, end |
//! | `http/` | | the first room |
//! | `gateway/` | | the second room |
//! | `refuse.rs` | hardening | telling a client what is wrong |
//! | `leaving.rs` | hardening | the next client is answered while the last one leaves |
//! | `input.rs` | hardening | `wsgi.input`, read from the connection when it is asked for |
//! | `output.rs` | hardening | the response, written to the connection in time |
//! | `pace.rs` | hardening | how long a slow client is waited for |
//! | `limits.rs` | hardening | how large and how long |
//! | `log.rs` | hardening | what is printed of each request |
//! | `applications.rs` | hardening | which applications there are, by name |
//! | `command_line.rs` | hardening | APPLICATION, `--list`, `--quiet`, `--help` |
//! | `demo/`, `shout.rs` | | an application, and middleware around one |
//! | `unruly.rs` | hardening | an application that does what none should |
//! | `python/` | | applications in Python: Flask, Pyramid, Django |

pub mod applications;
pub mod command_line;
pub mod connection;
pub mod demo;
pub mod gateway;
pub mod http;
pub mod input;
pub mod leaving;
pub mod limits;
pub mod log;
pub mod output;
pub mod pace;
pub mod python;
pub mod refuse;
pub mod serve;
pub mod shout;
pub mod unruly;
