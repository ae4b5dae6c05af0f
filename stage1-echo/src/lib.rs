//! Stage 1: the four calls on which every server that speaks TCP rests.
//!
//! **New here**: `socket`, `bind`, `listen` and `accept`, called as the kernel offers them, through
//! `nix`. The server sends back whatever it receives, to one client at a time.
//!
//! **Reused**: nothing. What the later stages take from here is the listening socket, the way a
//! server starts and stops ([`contract`]), and what it does when `accept` fails.
//!
//! **Still missing**: it understands nothing of what it reads. Stage 2 reads a request.
//!
//! | file | reading | what it holds |
//! | --- | --- | --- |
//! | `listen.rs` | first | a listening socket, call by call |
//! | `accept.rs` | first | the next connection |
//! | `echo.rs` | first | what this server does with a connection |
//! | `serve.rs` | first | one connection after the other |
//! | `accept_errors.rs` | hardening | what a server does when `accept` fails |
//! | `contract.rs` | hardening | `PORT`, `HOST`, exit codes: what every stage keeps |
//! | `init.rs` | hardening | being process 1 of a container |
//! | `inherited.rs` | hardening | a listening socket that somebody else opened: `LISTEN_FDS` |
//! | `terminal.rs` | hardening | lines for a person, which never stop the server |

pub mod accept;
pub mod accept_errors;
pub mod contract;
pub mod echo;
pub mod inherited;
pub mod init;
pub mod listen;
pub mod serve;
pub mod terminal;
