//! A balancer that runs, with the configuration that the repository has, on other ports.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs, process, thread};

use grader::harness::Failed;
use grader::{Signal, patience, wait_until};
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::client::Client;
use crate::kind::Kind;
use crate::load::Lost;
use crate::servers::root;

/// The ports in the configurations: the balancer's own, and those of the servers behind.
const PORT: u16 = 8888;
const BEHIND: [u16; 3] = [8881, 8882, 8883];
/// Seconds for it to start or to end.
const SECONDS: f64 = 10.0;

/// A balancer that runs. Dropping it ends it, and removes its folder.
pub struct Balancer {
    kind: &'static Kind,
    behind: [SocketAddr; 3],
    child: Child,
    pub address: SocketAddr,
    printed: Arc<Mutex<Vec<String>>>,
    folder: PathBuf,
}

impl Balancer {
    /// Starts it in front of servers, with one change in its configuration if so wanted.
    pub fn start(
        kind: &'static Kind,
        behind: [SocketAddr; 3],
        change: Option<(&str, &str)>,
    ) -> Result<Balancer, Failed> {
        let program =
            kind.file().ok_or(format!("{0} is missing: apt install {0}", kind.program))?;
        let folder = env::temp_dir().join(format!("beyond-{}-{}", kind.program, process::id()));
        fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let text = fs::read_to_string(root().join(kind.configuration))?;
        let configuration = folder.join("configuration");
        fs::write(&configuration, configured(text, port, behind, change)?)?;
        let mut command = Command::new(program);
        command.args((kind.arguments)(&folder, &configuration)).current_dir(&folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let printed = Arc::default();
        collect(child.stdout.take(), &printed);
        collect(child.stderr.take(), &printed);
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let mut balancer = Balancer { kind, behind, child, address, printed, folder };
        balancer.wait_for_an_answer()?;
        Ok(balancer)
    }

    fn wait_for_an_answer(&mut self) -> Result<(), Failed> {
        let request = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
        let what = "the balancer to pass on a request";
        let ended = wait_until(patience(SECONDS), what, || {
            let answer = Client::of(self.address).ask(request);
            let answers = answer.is_ok_and(|answer| answer.status == 200).then_some(None);
            answers.or_else(|| self.child.try_wait().ok().flatten().map(Some))
        });
        match ended {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(format!("{status}:\n{}", self.printed().join("\n")).into()),
            Err(failure) => {
                Err(format!("{}:\n{}", failure.what(), self.printed().join("\n")).into())
            }
        }
    }

    /// How many requests more than one server was asked for.
    pub fn retried(&self) -> usize {
        self.printed().iter().filter(|line| line.contains(self.kind.retried)).count()
    }

    /// The server that was the last to be asked for this, as its log says once it is written.
    /// `None` if it never will be.
    pub fn asked_last(&self, lost: &Lost) -> Result<Option<SocketAddr>, Failed> {
        if lost.is_silent && self.kind.closes_silently {
            return Ok(None);
        }
        let target = format!(" {} ", lost.target);
        let what = format!("the line of{target}in the balancer's log");
        let asked = wait_until(patience(SECONDS), &what, || {
            let lines = self.printed().into_iter().filter(|line| line.contains(&target));
            lines.filter_map(|line| (self.kind.asked_last)(&line, &self.behind)).next()
        });
        asked.map(Some).map_err(|failure| failure.what().into())
    }

    /// What it has printed so far: its access log, and its complaints.
    pub fn printed(&self) -> Vec<String> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM); // it ends its own workers
        }
        let ended = wait_until(patience(SECONDS), "its end", || self.child.try_wait().ok()?);
        if ended.is_err() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The configuration with these ports, which all must have been there to be replaced.
fn configured(
    mut text: String,
    port: u16,
    behind: [SocketAddr; 3],
    change: Option<(&str, &str)>,
) -> Result<String, Failed> {
    let ports = BEHIND.into_iter().zip(behind.map(|address| address.port()));
    let ports = ports
        .chain([(PORT, port)])
        .map(|(from, to)| (format!("127.0.0.1:{from}"), format!("127.0.0.1:{to}")));
    let change = change.map(|(from, to)| (from.to_owned(), to.to_owned()));
    for (from, to) in ports.chain(change) {
        if !text.contains(&from) {
            return Err(format!("the configuration has no {from:?}").into());
        }
        text = text.replace(&from, &to);
    }
    Ok(text)
}

fn collect(pipe: Option<impl Read + Send + 'static>, into: &Arc<Mutex<Vec<String>>>) {
    let Some(pipe) = pipe else { return };
    let into = Arc::clone(into);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            into.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}

/// A port on which nobody listens just now.
fn free_port() -> Result<u16, Failed> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
