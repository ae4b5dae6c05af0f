//! The servers behind the balancer: three times stage 5, each on a port of its own, which it has
//! again after each start.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use grader::harness::Failed;
use grader::{Server, Signal, Target};

/// More than the time for requests that run at SIGTERM (10 s).
const ENDS_WITHIN: f64 = 20.0;

/// The program, which cargo has built by then: a test of one package can't name a binary of another.
static PROGRAM: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let here = env::current_exe().map_err(|error| error.to_string())?;
    // target/debug/deps/balancers-0123456789abcdef
    let folder = here.ancestors().nth(2).ok_or("this test is in no folder of cargo's")?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "-p", "stage5-async", "--bin", "stage5-async"]);
    cargo.current_dir(root()).env("CARGO_TARGET_DIR", folder.parent().unwrap_or(folder));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if !built.status.success() {
        let said = String::from_utf8_lossy(&built.stderr);
        return Err(format!("stage5-async can't be built:\n{said}"));
    }
    Ok(folder.join("stage5-async"))
});

/// The server's program.
pub fn program() -> Result<&'static Path, Failed> {
    PROGRAM.as_deref().map_err(|error| error.clone().into())
}

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this package is two folders below the repository's").to_owned()
}

/// One of the servers, with all that its runs have printed.
pub struct Behind {
    server: Server,
    /// What earlier runs have printed.
    printed: Vec<String>,
}

impl Behind {
    /// Starts one on a free port.
    pub fn start() -> Result<Behind, Failed> {
        Ok(Behind { server: run(0)?, printed: Vec::new() })
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Ends it with this signal, and starts another one on the same port.
    pub fn renew(&mut self, signal: Signal) -> Result<(), Failed> {
        self.server.stop(signal).map_err(told)?;
        let status = self.server.wait_exit(ENDS_WITHIN).map_err(told)?;
        if signal == Signal::SIGTERM && !status.success() {
            return Err(format!("after SIGTERM the server ended with {status}").into());
        }
        self.printed.extend(self.server.stdout_lines());
        self.server = run(self.address().port())?;
        Ok(())
    }

    /// Whether its access log has this target.
    pub fn answered(&self, target: &str) -> bool {
        let target = format!(" {target} ");
        self.printed().iter().any(|line| line.contains(&target))
    }

    /// The lines of its access log, of all its runs.
    pub fn printed(&self) -> Vec<String> {
        self.printed.iter().cloned().chain(self.server.stdout_lines()).collect()
    }
}

fn run(port: u16) -> Result<Server, Failed> {
    let target = Target::reference(program()?);
    target.env("PORT", port.to_string()).start().map_err(told)
}

fn told(failure: grader::Failure) -> Failed {
    failure.what().into()
}
