//! One thread that is told who is ready: `door-epoll`.
//!
//! What stage 5 leaves to tokio, by hand: a loop around epoll(7), and for each connection what a task
//! would remember. Nothing in it may wait, so it can't run our applications, which may: it answers
//! `/hello` itself. A connection is watched for one thing at a time: reading, or, while an answer is not
//! out, writing; so a client that does not read its answers can't make us hold more of them.

#[cfg(target_os = "linux")]
#[path = "epoll/conversation.rs"]
mod conversation;
#[cfg(target_os = "linux")]
#[path = "epoll/turns.rs"]
mod turns;

use std::process::ExitCode;

use stage1_echo::contract::{Failure, exit};

fn main() -> ExitCode {
    exit("door-epoll", run())
}

#[cfg(target_os = "linux")]
fn run() -> Result<(), Failure> {
    turns::run()
}

#[cfg(not(target_os = "linux"))]
fn run() -> Result<(), Failure> {
    let what = "epoll is Linux's: other systems have kqueue, and stage 5 runs on all of them";
    Err(Failure::System(what.to_string()))
}
