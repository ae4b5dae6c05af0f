//! Starting Python, and what to tell if it does not start.
//!
//! Python gets one descriptor besides those for its output: the control connection, as its standard
//! input. When the last copy of our end of it closes, however this process ended, the master knows
//! that it is time to go. Its standard output is our standard error, so whatever is printed before or
//! while the application is imported is for the log, and is never taken for a word of the master's.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{self, Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd::mkdtemp;
use stage1_echo::contract::Failure;
use stage1_echo::inherited::VARIABLES;

use crate::gateway::error::Error;

/// Found in PATH, so that an activated virtual environment comes first.
const PYTHON: &str = "python3";
/// Where a module is looked for besides the folder in which the server was started: our examples.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
/// What Python is started with. It is a line and not a script, because a script would be run once
/// more in each process that the application starts with multiprocessing's spawn. The folder of our
/// modules takes the place of the current one, in which the application's may be.
const BEGIN: &str =
    "import sys; sys.path[0] = sys.argv[1]; from gateway_master import main; main(*sys.argv[1:])";
/// How long a Python that has closed the control connection may take to exit.
const EXIT: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(5);

/// The process that imports the application and keeps its workers alive.
#[derive(Debug)]
pub struct Master {
    folder: Folder,
    control: UnixStream,
    process: Mutex<Child>,
}

impl Master {
    /// Starts Python, and waits until it has imported the application and has so many workers.
    ///
    /// # Errors
    /// `Usage` if there is no such application; `System` if there is no Python, no place for its
    /// files, or its import fails. Nothing is left behind then.
    pub fn start(application: &str, workers: usize) -> Result<Master, Failure> {
        // Modules are looked for there; and what stands for python3 may be a script that needs it.
        env::current_dir().map_err(|error| no_current_folder(&error))?;
        let folder = Folder::make()?;
        let master = Master::start_in(folder.clone(), application, workers);
        master.inspect_err(|_| folder.remove())
    }

    // ANCHOR: start
    fn start_in(folder: Folder, application: &str, workers: usize) -> Result<Master, Failure> {
        folder.write_scripts()?;
        let (control, theirs) = UnixStream::pair().map_err(|error| not_started(&error))?;
        let output = io::stderr().as_fd().try_clone_to_owned();
        let [pid, count, names] = VARIABLES; // about our listening socket, which stays ours
        let started = Command::new(PYTHON)
            .env_remove(pid)
            .env_remove(count)
            .env_remove(names)
            .env_remove("PYTHONSAFEPATH") // there would be no current folder to take the place of
            .args(["-c", BEGIN])
            .arg(&folder.path)
            .args([application, &workers.to_string(), EXAMPLES])
            .stdin(OwnedFd::from(theirs))
            .stdout(output.map_err(|error| not_started(&error))?)
            .process_group(0) // Ctrl-C is for the server: requests that run need their workers
            .spawn();
        let process = Mutex::new(started.map_err(|error| not_started(&error))?);
        let master = Master { folder, control, process };
        master.wait_until_ready()?;
        // A request that has something to tell the master must not wait for one that doesn't read.
        master.control.set_nonblocking(true)?;
        Ok(master)
    }
    // ANCHOR_END: start

    /// Where its workers listen.
    pub fn socket(&self) -> &Path {
        &self.folder.socket
    }

    /// Has a worker killed that does not answer. The master knows whether that pid is still a
    /// worker's; we can't.
    pub fn end(&self, worker: u32) {
        let _ = (&self.control).write_all(format!("end {worker}\n").as_bytes());
    }

    /// What to say when a worker can't be connected to. A master that was killed has left its files
    /// behind.
    pub fn unreachable(&self, error: &io::Error) -> Error {
        if error.kind() == ErrorKind::ConnectionRefused {
            self.folder.remove();
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

    /// For a process that has closed the control connection: it is about to exit, or of no use.
    fn how_it_ended(&self) -> String {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = exit_of(&mut process).and_then(|exit| match exit {
            Some(status) => Ok(status),
            None => process.kill().and_then(|()| process.wait()),
        });
        ended.map_or_else(|error| error.to_string(), |status| status.to_string())
    }
}

/// How a process exits that should do so soon; `None` if it does not.
fn exit_of(process: &mut Child) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + EXIT;
    while Instant::now() < deadline {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        sleep(LOOK);
    }
    Ok(None)
}

fn not_started(error: &io::Error) -> Failure {
    Failure::System(match error.kind() {
        ErrorKind::NotFound => format!(
            "no {PYTHON} in PATH; install Python 3.9 or later, or activate the virtual environment \
             that has it"
        ),
        _ => format!("{PYTHON} can't be started: {error}{}", remedy(error)),
    })
}

fn no_current_folder(error: &io::Error) -> Failure {
    Failure::System(match error.kind() {
        ErrorKind::NotFound => {
            "the folder in which the server was started does not exist any more; \
                                start it in one that does (cd to it again)"
                .to_string()
        }
        _ => format!("the folder in which the server was started can't be used: {error}"),
    })
}

/// What can be done about it, if we know.
fn remedy(error: &io::Error) -> &'static str {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EMFILE | Errno::ENFILE) => "; raise the limit of open files (ulimit -n)",
        Some(Errno::EAGAIN) => "; raise the limit of processes (ulimit -u)",
        _ => "",
    }
}

/// What runs on the other side. It is part of the program, so that it need not be installed.
const SCRIPTS: [(&str, &str); 3] = [
    ("gateway_master.py", include_str!("gateway_master.py")),
    ("gateway_load.py", include_str!("gateway_load.py")),
    ("gateway_worker.py", include_str!("gateway_worker.py")),
];
/// The longest path of a Unix socket, in bytes: macOS has 104 with the NUL at its end, Linux 108.
const SOCKET_PATH: usize = 103;

/// A folder of our own among the temporary files, for the scripts and the socket. Only we may enter
/// it. The master removes it when it ends: a server may be killed and have no time for that.
#[derive(Debug, Clone)]
struct Folder {
    path: PathBuf,
    socket: PathBuf,
}

impl Folder {
    /// Makes the folder.
    ///
    /// # Errors
    /// `System`: there is no place for temporary files, or its path is too long for a socket's.
    fn make() -> Result<Folder, Failure> {
        let place = env::temp_dir();
        // The application may change the current folder.
        let place = path::absolute(&place).map_err(|error| unusable(&place, &error))?;
        let template = place.join(format!("wsgi-{}-XXXXXX", process::id()));
        let length = template.join("socket").as_os_str().as_bytes().len();
        if length > SOCKET_PATH {
            return Err(Failure::System(format!(
                "the folder for temporary files, {}, is too long for a Unix socket: its path would \
                 have {length} bytes, and {SOCKET_PATH} are possible; name another one, TMPDIR=/tmp",
                place.display()
            )));
        }
        let path = mkdtemp(&template).map_err(|error| unusable(&place, &error.into()))?;
        Ok(Folder { socket: path.join("socket"), path })
    }

    fn write_scripts(&self) -> Result<(), Failure> {
        for (name, text) in SCRIPTS {
            let written = fs::write(self.path.join(name), text);
            written.map_err(|error| unusable(&self.path, &error))?;
        }
        Ok(())
    }

    /// Removes the folder, as far as that is possible: for when Python will not do it.
    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn unusable(place: &Path, error: &io::Error) -> Failure {
    Failure::System(format!(
        "no temporary files can be written for Python in {}: {error}; set TMPDIR to a folder in \
         which they can",
        place.display()
    ))
}
