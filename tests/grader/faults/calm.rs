//! A server before a fault, and the same one when the fault has gone away.

use crate::check::Verdict;
use crate::contract;
use crate::evidence::expect;
use crate::exchange::answered;
use crate::failure::Failure;
use crate::gateway::talk::get;
use crate::launch::Launch;
use crate::process;
use crate::server::Server;
use crate::target::Target;

/// What a server has said on standard error about something that has happened: that few descriptors
/// are allowed is said at its start.
pub(crate) fn told(server: &Server) -> Vec<String> {
    let lines = server.stderr_lines().into_iter();
    lines.filter(|line| !line.contains("descriptors are allowed")).collect()
}

/// A server of stage `STAGE`, and what it had when nobody was there.
#[derive(Debug)]
pub struct Calm<const STAGE: u8> {
    /// The server.
    pub server: Server,
    descriptors: Option<usize>,
}

impl<const STAGE: u8> Calm<STAGE> {
    /// Starts it. One thread of stage 5 has all connections, so that its calls can be counted.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn start(target: &Target) -> Result<Calm<STAGE>, Failure> {
        Calm::launch(target.launch())
    }

    /// The same with more said of how it is started.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn launch(launch: Launch) -> Result<Calm<STAGE>, Failure> {
        let server = launch.env("TOKIO_WORKER_THREADS", "1").start()?;
        let descriptors = process::descriptors(server.pid());
        Ok(Calm { server, descriptors })
    }

    /// A client comes, is answered, and leaves.
    ///
    /// # Errors
    ///
    /// There is no answer.
    pub fn serves(&self) -> Verdict {
        if STAGE == 1 {
            contract::served(&self.server).map(drop)
        } else {
            answered(&self.server, get("/hello"), 200)
        }
    }

    /// It serves, has what it had, and, where it can, ends in order.
    ///
    /// # Errors
    ///
    /// It is not as before.
    pub fn is_as_before(self) -> Verdict {
        self.serves()?;
        let server = &self.server;
        let what = "as many descriptors as before, and no child";
        server.wait_until(what, || {
            let is_same = process::descriptors(server.pid()) == self.descriptors;
            (is_same && process::children(server.pid()).is_empty()).then_some(())
        })?;
        if STAGE < 4 {
            return expect(server, server.alive(), "the server still runs");
        }
        server.stop(nix::sys::signal::Signal::SIGTERM)?;
        let status = server.wait_exit(8.0)?;
        expect(server, status.success(), "SIGTERM still ends the server with status 0")
    }

    /// Nothing was said on standard error: what a client does is no news.
    ///
    /// # Errors
    ///
    /// Something was.
    pub fn said_nothing(&self) -> Verdict {
        let said = told(&self.server);
        expect(&self.server, said.is_empty(), format!("nothing is said on stderr: {said:?}"))
    }
}
