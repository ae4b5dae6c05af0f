//! Connections for stage 1, which speaks no HTTP: a few bytes there, the same bytes back, the end.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::figures::{Sample, Spread};
use crate::running::Running;

const BYTES: &[u8] = b"Hello, world!\n";

/// One connection after the other for so many seconds. (It is less load than wrk makes: one client.)
pub fn measure(running: &Running, seconds: u64) -> Result<Sample, Failure> {
    let before = running.cpu_seconds();
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < Duration::from_secs(seconds) {
        let asked = Instant::now();
        let mut connection = TcpStream::connect(running.address())?;
        connection.write_all(BYTES)?;
        connection.shutdown(Shutdown::Write)?;
        let mut back = Vec::new();
        connection.read_to_end(&mut back)?;
        if back != BYTES {
            return Err(format!("stage 1 sent back {back:?}").into());
        }
        times.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    let cpu = (running.cpu_seconds() - before) / times.len() as f64 * 1e5;
    times.sort_by(f64::total_cmp);
    let p99 = times[times.len() * 99 / 100];
    Ok(Sample { rate, cpu, p50: Spread::of(times).median, p99, errors: 0.0 })
}
