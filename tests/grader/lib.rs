//! The library that the checks of every stage stand on.
//!
//! It judges a server from outside, as a client would: it starts a program, speaks raw bytes to it
//! over TCP, reads the answers with a strict reader of its own, and looks at the process the way
//! `ps` does. It never asks what language the program is written in.
//!
//! The map, from the outside in:
//!
//! | file | what it holds |
//! | --- | --- |
//! | `stage` | a stage as an exercise: its steps, their checks and points |
//! | `grade` | grades a stage: `whole` and `some` are its two ways |
//! | `learner` | the learner's own server, and whether it is; `starter` knows what it began from |
//! | `known` | servers whose verdict is known; `prove` and `lesson` grade the grader with them |
//! | `trials` | runs checks side by side, `judge` each of them; `hints` fits a hint to what was seen |
//! | `score` | the points; `report` tells them to a person, `result` and `json` to a program |
//! | `handout` | the steps as a page of the book |
//! | `check` | one check: its id, its sentence, its rule, its hint, its function |
//! | `contract` | the checks that are the same for every server |
//! | `sequential` | the checks that are the same for every server of one client at a time |
//! | `corpus` | the requests in `tests/requests`, and the checks that send them all |
//! | `gateway` | the checks that are the same for every server with the demo application |
//! | `faults` | the checks of our own servers on a machine that fails |
//! | `crowd` | the checks of many clients at once, and of slow ones, for servers of many clients |
//! | `restart` | the check of a restart under load, for the same |
//! | `soak` | the check that many clients leave nothing behind, for the same |
//! | `curl` | the checks that let curl use the demo application |
//! | `python` | the checks of applications in Python, on our own servers |
//! | `target` | which program is under test, and how it is started |
//! | `server` | that program; `launch`, `listening` and `running` start and end it, `witness` hears it |
//! | `finished` | a run of it that has ended by itself |
//! | `client` | one connection to it; `dial` opens it, `background` sends while it is read |
//! | `exchange` | one request and its answer |
//! | `response` | what came back, read strictly; `parse`, `chunked` and `date` are its parts |
//! | `process` | children, zombies, descriptors and memory, seen from outside |
//! | `failure` | what went wrong; `evidence`, `tape`, `escape`, `wrap` and `story` tell it |
//! | `diary` | what was done to a server, each `visit`; `by_hand` and `start` make commands of it |
//! | `scene` | what a check is doing, for the story of one that is given up |
//! | `harness` | runs tests that are made at run time, as Rust's own test programs do |
//! | `tell` | text for a person, which may be cut off |
//! | `random` | bytes and names that no server can know beforehand |
//! | `patience` | how long to wait, and the only place in the tests that sleeps |
//! | `interrupt` | Ctrl-C leaves no server behind |
//!
//! A check reads like this:
//!
//! ```ignore
//! fn echoes(target: &Target) -> Verdict {
//!     let server = target.start()?;
//!     let mut client = server.connect()?;
//!     client.send(b"hello")?;
//!     client.half_close()?;
//!     let got = client.read_to_end()?;
//!     expect_eq(&client, "what comes back is what was sent", b"hello", &got)
//! }
//! ```

mod background;
mod by_hand;
pub mod check;
pub mod chunked;
pub mod client;
pub mod contract;
pub mod corpus;
pub mod crowd;
pub mod curl;
pub mod date;
pub mod dial;
mod diary;
pub mod escape;
pub mod evidence;
pub mod exchange;
pub mod failure;
pub mod faults;
pub mod finished;
pub mod gateway;
pub mod grade;
mod handout;
pub mod harness;
mod hints;
mod interrupt;
pub mod json;
mod judge;
pub mod known;
pub mod launch;
mod learner;
mod lesson;
mod listening;
pub mod parse;
pub mod patience;
pub mod process;
mod prove;
pub mod python;
pub mod random;
mod report;
pub mod response;
pub mod restart;
mod result;
mod running;
mod scene;
mod score;
pub mod sequential;
pub mod server;
pub mod soak;
mod some;
pub mod stage;
mod start;
mod starter;
mod story;
pub mod tape;
pub mod target;
pub mod tell;
mod trials;
mod visit;
mod whole;
pub mod witness;
mod wrap;

pub use check::{Check, Group, Verdict};
pub use client::{Client, Ending};
pub use evidence::{Evidence, expect, expect_eq, fail};
pub use exchange::{answered, ask, get};
pub use failure::{Failure, Seen};
pub use grade::{grade, need_descriptors};
pub use known::{Broken, Known};
pub use learner::dep_info;
pub use nix::sys::signal::Signal;
pub use patience::{patience, wait_until};
pub use response::{Framing, Response};
pub use server::Server;
pub use stage::{Scored, Stage, Step};
pub use target::Target;
