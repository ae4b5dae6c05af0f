//! Stage 2: one request, read, understood and answered; then the next client.
//!
//! **New here**: a connection delivers bytes and knows no messages, so the server itself must find
//! where a request's head ends; the request line, taken apart by hand; a complete response.
//!
//! **Reused** from stage 1: the listening socket, starting and stopping, outliving `accept`'s
//! errors.
//!
//! **Still missing**: every request gets the same page. Stage 3 lets any application answer.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `serve.rs` | first | one client after the other: read, decide, answer, close |
//! | `read_head.rs` | first | reads until the head is whole, however its bytes arrive |
//! | `head_end.rs` | first | where in the bytes the head ends |
//! | `request_line.rs` | first | method, target, version |
//! | `page.rs` | first | the page that shows the three |
//! | `response.rs` | first | status line, fields, content |
//! | `date.rs` | first | the time as HTTP writes it |
//! | `fault.rs` | hardening | what can be wrong with a request, and its status |
//! | `head_lines.rs` | hardening | how a head's lines end, how long they are, how many there are |
//! | `version.rs` | hardening | the versions of HTTP |
//! | `syntax.rs` | hardening | which bytes may stand where |
//! | `limits.rs` | hardening | how large, how many, how long |
//! | `deadline.rs` | hardening | reading and writing that ends at a point in time |
//! | `close.rs` | hardening | closing a connection so that the answer arrives |
//! | `escape.rs` | hardening | what came from a client, made harmless |
//! | `log.rs` | hardening | `<` and `>` lines |
//! | `reason.rs` | hardening | reason phrases |

pub mod close;
pub mod date;
pub mod deadline;
pub mod escape;
pub mod fault;
pub mod head_end;
pub mod head_lines;
pub mod limits;
pub mod log;
pub mod page;
pub mod read_head;
pub mod reason;
pub mod request_line;
pub mod response;
pub mod serve;
pub mod syntax;
pub mod version;
