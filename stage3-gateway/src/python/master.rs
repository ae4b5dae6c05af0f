//! Hardening: starting Python, and what to tell if it does not start.
//!
//! A program is started with three open descriptors, and that is all we need. Descriptor 0 is the
//! listening Unix socket, as FastCGI has it; descriptor 1 is our control connection. When the last
//! copy of our end of it closes, however this process ended, the master knows that it is time to go.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use stage1_echo::contract::Failure;
use stage1_echo::inherited::VARIABLES;

use crate::gateway::error::Error;
use crate::python::place::Place;

/// Found in PATH, so that whoever has activated a virtual environment gets its Python.
const PYTHON: &str = "python3";
/// Where a module is looked for besides the folder in which the server was started: our examples.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");

/// The process that imports the application and keeps its workers alive.
#[derive(Debug)]
pub struct Master {
    place: Place,
    control: UnixStream,
    process: Mutex<Child>,
}

impl Master {
    /// Starts Python, and waits until it has imported the application and has so many workers.
    ///
    /// # Errors
    /// `Usage` if there is no such application, `System` if there is no Python or its import fails.
    // ANCHOR: start
    pub fn start(application: &str, workers: usize) -> Result<Master, Failure> {
        let place = Place::make()?;
        let (control, theirs) = UnixStream::pair()?;
        let listening = UnixListener::bind(place.socket())?;
        let [pid, count, names] = VARIABLES; // about our listening socket, which stays ours
        let started = Command::new(PYTHON)
            .env_remove(pid)
            .env_remove(count)
            .env_remove(names)
            .arg(place.script())
            .args([application, &workers.to_string(), EXAMPLES])
            .env_remove("PYTHONSAFEPATH") // it hides our scripts from one another
            .stdin(OwnedFd::from(listening))
            .stdout(OwnedFd::from(theirs))
            .process_group(0) // Ctrl-C is for the server: requests that run need their workers
            .spawn();
        let process = Mutex::new(started.map_err(|error| not_started(&place, &error))?);
        let master = Master { place, control, process };
        master.wait_until_ready().inspect_err(|_| master.place.remove())?;
        Ok(master)
    }
    // ANCHOR_END: start

    /// Where its workers listen.
    pub fn socket(&self) -> &Path {
        self.place.socket()
    }

    /// Has a worker ended that does not answer. The master knows whether that pid is still a
    /// worker's; we can't.
    pub fn end(&self, worker: u32) {
        let _ = (&self.control).write_all(format!("end {worker}\n").as_bytes());
    }

    /// What to say when a worker can't be connected to. A master that was killed has left its files
    /// behind.
    pub fn unreachable(&self, error: &io::Error) -> Error {
        if error.kind() == ErrorKind::ConnectionRefused {
            self.place.remove();
        } else if error.kind() != ErrorKind::NotFound {
            let why = format!("no connection to a Python worker: {error}");
            return Error::Upstream { status: 502, why };
        }
        let ended = self.process.lock().ok().and_then(|mut process| process.try_wait().ok());
        let how = match ended.flatten() {
            Some(status) => format!("it ended with {status}"),
            None => error.to_string(),
        };
        Error::Upstream { status: 502, why: format!("Python is gone ({how}); restart the server") }
    }

    /// The first line says whether it goes on; if it does not, the others say why.
    fn wait_until_ready(&self) -> Result<(), Failure> {
        let mut control = BufReader::new(&self.control);
        let mut first = String::new();
        control.read_line(&mut first)?;
        if first == "ready\n" {
            return Ok(());
        }
        let mut why = String::new();
        control.read_to_string(&mut why)?;
        match first.as_str() {
            "usage\n" => Err(Failure::Usage(why)),
            "failure\n" => Err(Failure::System(why)),
            _ => Err(Failure::System(format!(
                "{PYTHON} ended before it had imported the application ({})",
                self.how_it_ended()
            ))),
        }
    }

    /// For a process that has closed the control connection, and so has ended or is of no use.
    fn how_it_ended(&self) -> String {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = process.kill().and_then(|()| process.wait()); // an end that has begun stays as it is
        ended.map_or_else(|error| error.to_string(), |status| status.to_string())
    }
}

fn not_started(place: &Place, error: &io::Error) -> Failure {
    place.remove();
    Failure::System(match error.kind() {
        ErrorKind::NotFound => format!(
            "no {PYTHON} in PATH; install Python 3.9 or later, or activate the virtual environment \
             that has it"
        ),
        _ => format!("{PYTHON} can't be started: {error}"),
    })
}
