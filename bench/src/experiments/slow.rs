//! What does one slow client do to the others? It sends its request a byte at a time.

use std::io::Write;
use std::net::TcpStream;
use std::thread::{sleep, spawn};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::arguments::Arguments;
use crate::contenders::{stage3, stage4, stage5};
use crate::load::Load;
use crate::report::Report;
use crate::running::Running;

/// How long the slow client thinks about each byte.
const THOUGHT: Duration = Duration::from_millis(500);

/// What the others get, alone and beside a slow client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beside {
    pub name: String,
    /// Requests a second without it, and with it.
    pub alone: f64,
    pub beside: f64,
}

/// Measures stages 3, 4 and 5, without the slow client and with it.
pub fn measure(arguments: &Arguments, report: &Report) -> Result<Vec<Beside>, Failure> {
    let is_pinned = report.machine.cores > 1;
    let load = Load { connections: 16, closes: true, depth: 1, seconds: arguments.seconds };
    let mut all = Vec::new();
    for contender in [stage3(), stage4(), stage5()] {
        let running = Running::start(&contender, is_pinned)?;
        let alone = load.measure(&running, is_pinned)?.rate;
        let slow = TcpStream::connect(running.address())?;
        let dribbling = spawn(move || dribble(slow));
        sleep(THOUGHT); // it has begun
        let beside = load.measure(&running, is_pinned)?.rate;
        all.push(Beside { name: contender.name.to_string(), alone, beside });
        drop(running);
        let _ = dribbling.join();
    }
    Ok(all)
}

/// Ends when the server has had enough.
fn dribble(mut connection: TcpStream) {
    let head = b"GET /hello HTTP/1.1\r\nHost: a.slow.client.has.all.the.time.in.the.world\r\n\r\n";
    for byte in head {
        if connection.write_all(&[*byte]).is_err() {
            return;
        }
        sleep(THOUGHT);
    }
}

/// Prints what came of it.
pub fn print(all: &[Beside]) {
    if !all.is_empty() {
        println!("\nRequests/s alone, and beside one client that sends a byte each half second");
    }
    for Beside { name, alone, beside } in all {
        println!("  {name:16} {alone:>10.0} {beside:>10.0}");
    }
}
