//! A server that runs: started, waited for, ended.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Failure;
use crate::contender::Contender;
use crate::processes::{cpu_seconds, memory, pids};

/// How long a server may take until it answers, and to end. Python imports a lot.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long to wait before asking again.
const MOMENT: Duration = Duration::from_millis(20);
/// The core that servers run on.
const CORE: usize = 0;

/// A server that answers.
pub struct Running {
    child: Child,
    pub port: u16,
    /// The address to ask.
    pub url: String,
}

impl Running {
    /// Starts a server, and waits until it takes connections.
    pub fn start(contender: &Contender, is_pinned: bool) -> Result<Running, Failure> {
        let port = free_port()?;
        let mut command = contender.command(port, is_pinned.then_some(CORE));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let told = format!("{command:?}");
        let child = command.spawn().map_err(|error| format!("{told}: {error}"))?;
        let url = format!("http://127.0.0.1:{port}{}", contender.path);
        let mut running = Running { child, port, url };
        let deadline = Instant::now() + PATIENCE;
        while !running.answers(contender.path) {
            if let Some(status) = running.child.try_wait()? {
                let what = format!("{} ended at once, {status}; try {told}", contender.name);
                return Err(what.into());
            }
            if Instant::now() > deadline {
                return Err(format!("{} does not answer; try {told}", contender.name).into());
            }
            sleep(MOMENT);
        }
        Ok(running)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Asks once, as a client that closes: whatever comes back is an answer.
    fn answers(&self, path: &str) -> bool {
        let Ok(mut connection) = TcpStream::connect(self.address()) else { return false };
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let _ = connection.set_read_timeout(Some(PATIENCE));
        connection.write_all(request.as_bytes()).is_ok()
            && connection.read(&mut [0; 64]).is_ok_and(|length| length > 0)
    }

    /// Its CPU time so far, that of its children too, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }

    /// Its memory, that of its children too, in KiB.
    pub fn memory(&self) -> f64 {
        memory(self.child.id())
    }
}

/// Ends the server and what came from it: politely, and then by force.
impl Drop for Running {
    fn drop(&mut self) {
        let family = pids(self.child.id());
        send(&[self.child.id()], Signal::SIGTERM);
        let deadline = Instant::now() + Duration::from_secs(2);
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            sleep(MOMENT);
        }
        send(&family, Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

fn send(pids: &[u32], signal: Signal) {
    for pid in pids.iter().filter_map(|pid| i32::try_from(*pid).ok()) {
        let _ = kill(Pid::from_raw(pid), signal); // it may have ended by itself
    }
}

/// A port on which nobody listens just now.
fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
