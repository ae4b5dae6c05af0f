//! The program under test, listening.

use std::net::SocketAddr;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use crate::client::Client;
use crate::dial::Dial;
use crate::evidence::Evidence;
use crate::failure::{Failure, Seen};
use crate::patience::{STEP_SECONDS, patience, wait_until};
use crate::running::Running;
use crate::witness::in_words;

/// A server that listens. Dropping it ends it with all its children.
#[derive(Debug)]
pub struct Server {
    running: Running,
    line: String,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn new(running: Running, line: String, address: SocketAddr) -> Server {
        Server { running, line, address }
    }

    /// Where it listens, by its own account.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its listening line, whole.
    #[must_use]
    pub fn listening_line(&self) -> &str {
        &self.line
    }

    /// The process that was started.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// A new connection to it.
    ///
    /// # Errors
    ///
    /// It does not take the connection.
    pub fn connect(&self) -> Result<Client, Failure> {
        self.dial().connect()
    }

    /// A connection to it that can still be given options.
    #[must_use]
    pub fn dial(&self) -> Dial {
        Dial::to(self.address, &self.running.witness)
    }

    /// True until the program has ended.
    #[must_use]
    pub fn alive(&self) -> bool {
        self.running.ended().is_none()
    }

    /// What it has printed on standard output so far.
    #[must_use]
    pub fn stdout_lines(&self) -> Vec<String> {
        self.running.witness.stdout.text()
    }

    /// The same, bytes as they came.
    #[must_use]
    pub fn stdout_bytes(&self) -> Vec<Vec<u8>> {
        self.running.witness.stdout.bytes()
    }

    /// What it has printed on standard error so far.
    #[must_use]
    pub fn stderr_lines(&self) -> Vec<String> {
        self.running.witness.stderr.text()
    }

    /// The same, bytes as they came.
    #[must_use]
    pub fn stderr_bytes(&self) -> Vec<Vec<u8>> {
        self.running.witness.stderr.bytes()
    }

    /// Waits until it has printed a line on standard output or standard error that `wanted`
    /// accepts, and returns that line; `what` names it.
    ///
    /// # Errors
    ///
    /// No such line came in time.
    pub fn wait_for_line(
        &self,
        what: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String, Failure> {
        self.wait_until(what, || {
            let lines = self.stdout_lines().into_iter().chain(self.stderr_lines());
            lines.into_iter().find(|line| wanted(line))
        })
    }

    /// Waits for a condition of this server; `what` names it.
    ///
    /// # Errors
    ///
    /// It did not come about in time.
    pub fn wait_until<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> Result<T, Failure> {
        wait_until(patience(STEP_SECONDS), what, look).map_err(|failure| {
            let ended = self.running.ended().map(|status| {
                let end = in_words(status);
                format!("waited for {what}, but the program {end}")
            });
            let failure = match ended {
                Some(ended) => failure.retitled(ended).seen(Seen::Ended),
                None => failure,
            };
            failure.of(self)
        })
    }

    /// Sends `signal` to the server's pid, and to none of its children.
    ///
    /// # Errors
    ///
    /// The program has ended already.
    pub fn stop(&self, signal: Signal) -> Result<(), Failure> {
        self.running.signal(signal)
    }

    /// Notes that something was done to it which is neither a client nor a signal to its pid, as a
    /// person does it: `PID` is the server's, `CHILD` its newest child's.
    pub fn notes(&self, command: &'static str) {
        self.running.witness.diary.command(command);
    }

    /// Waits until it has ended, at most `seconds` (multiplied by `GRADE_SLOW`).
    ///
    /// # Errors
    ///
    /// It still runs.
    pub fn wait_exit(&self, seconds: f64) -> Result<ExitStatus, Failure> {
        self.running.wait_end(seconds)
    }
}

impl Evidence for Server {
    fn add_to(&self, failure: Failure) -> Failure {
        self.running.add_to(failure)
    }
}
