//! What does a connection cost that nobody uses? Memory beyond the kernel's, in KiB.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::contender::Contender;
use crate::contenders::{hyper, nginx, stage4, stage5, stage5_async};
use crate::machine::raise_descriptor_limit;
use crate::report::Report;
use crate::running::Running;

/// How many are held.
const CONNECTIONS: usize = 10_000;
/// And where each is a process.
const PROCESSES: usize = 100;

/// What a server needs for each idle connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Held {
    pub name: String,
    pub connections: usize,
    /// KiB each.
    pub each: f64,
}

/// Measures each server that keeps connections.
pub fn measure(report: &mut Report) -> Result<Vec<Held>, Failure> {
    raise_descriptor_limit(2 * CONNECTIONS as u64)?;
    let many = [stage5_async(), stage5(), hyper(), nginx()];
    let mut all = Vec::new();
    for contender in report.present(&many) {
        all.push(hold(contender, CONNECTIONS, true)?);
    }
    // It closes after an answer; a connection that has asked nothing yet is idle there.
    all.push(hold(&stage4(), PROCESSES, false)?);
    Ok(all)
}

fn hold(contender: &Contender, connections: usize, asks: bool) -> Result<Held, Failure> {
    let running = Running::start(contender, false)?;
    connect(&running, contender.path, connections / 50, asks)?; // what is set up once is no part of it
    let before = running.memory();
    let open = connect(&running, contender.path, connections, asks)?;
    let each = (running.memory() - before) / connections as f64;
    drop(open);
    Ok(Held { name: contender.name.to_string(), connections, each })
}

/// Opens connections. Each asks once, if it is to, and reads its answer.
fn connect(
    running: &Running,
    path: &str,
    count: usize,
    asks: bool,
) -> Result<Vec<TcpStream>, Failure> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut open = Vec::new();
    for _ in 0..count {
        let mut connection = TcpStream::connect(running.address())?;
        if asks {
            connection.write_all(request.as_bytes())?;
            if connection.read(&mut [0; 1024])? == 0 {
                return Err("the server has closed an idle connection".into());
            }
        }
        open.push(connection);
    }
    if !asks {
        std::thread::sleep(std::time::Duration::from_millis(500)); // each is accepted, in its own time
    }
    Ok(open)
}

/// Prints what came of it.
pub fn print(all: &[Held]) {
    if !all.is_empty() {
        println!("\nMemory of an idle connection, beyond the kernel's");
    }
    for Held { name, connections, each } in all {
        println!("  {name:16} {each:>8.1} KiB  ({connections} of them)");
    }
}
