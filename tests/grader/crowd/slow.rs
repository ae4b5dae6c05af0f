//! Clients that send, or take, a few bytes now and then. `slowhttptest` plays a hundred of them, until
//! the server has ended all their connections; others are served meanwhile.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use nix::unistd::Pid;

use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::Failure;
use crate::interrupt;
use crate::patience::{patience, wait_until};
use crate::soak::{Had, good};
use crate::target::Target;

/// A kind of slowness.
#[derive(Clone, Copy)]
struct Slow {
    /// What makes `slowhttptest` so, with a pause between two of its bytes that is shorter than the
    /// server's patience.
    arguments: &'static [&'static str],
    /// Where it asks.
    path: &'static str,
    /// What shortens the server's patience, and to how many seconds.
    setting: (&'static str, &'static str),
}

const HEADS: Slow =
    Slow { arguments: &["-H", "-i", "1"], path: "/hello", setting: ("HEAD_TIMEOUT", "3") };

const BODIES: Slow = Slow {
    arguments: &["-B", "-i", "1", "-s", "8192", "-x", "10"],
    path: "/echo",
    setting: ("IDLE_TIMEOUT", "3"),
};

const READERS: Slow = Slow {
    arguments: &["-X", "-n", "1", "-z", "32", "-w", "512", "-y", "1024"],
    path: "/big?n=8000000",
    setting: ("IDLE_TIMEOUT", "3"),
};

/// How many there are.
const CLIENTS: &str = "100";

/// So many of them at the same time are a crowd, however busy the machine is.
const ENOUGH: usize = 10;

/// Seconds until all of them must be ended: a write that takes some and waits for more, one that takes
/// nothing, and the time to read on, each need a few.
const GIVEN_UP: f64 = 20.0;

/// Seconds after which they give up by themselves: the server is given far less.
const LIMIT: &str = "60";

const HINT: &str = "A deadline for the whole, or an average; a timeout for each read or write is met by \
                    a byte now and then for ever.";

/// Slow heads, slow content, slow readers, for a server of stage 4 or 5.
#[must_use]
pub const fn checks<const STAGE: u8>() -> [Check; 3] {
    [
        Check {
            id: "crowd-slow-heads",
            title: "100 clients whose heads come slowly are ended in time; others are served meanwhile",
            rule: "RFC 9110 s15.5.9; HEAD_TIMEOUT",
            hint: HINT,
            run: |target| plays::<STAGE>(HEADS, target),
        },
        Check {
            id: "crowd-slow-bodies",
            title: "100 clients whose content comes slowly are ended in time; others are served meanwhile",
            rule: "RFC 9110 s15.5.9; 1 KiB a second on average, after a grace that IDLE_TIMEOUT shortens",
            hint: HINT,
            run: |target| plays::<STAGE>(BODIES, target),
        },
        Check {
            id: "crowd-slow-readers",
            title: "100 clients that take their answers slowly are given up; others are served meanwhile",
            rule: "RFC 9112 s9.5; silence while an answer is sent, which IDLE_TIMEOUT shortens",
            hint: HINT,
            run: |target| plays::<STAGE>(READERS, target),
        },
    ]
}

fn plays<const STAGE: u8>(slow: Slow, target: &Target) -> Verdict {
    let (name, seconds) = slow.setting;
    let server = target.launch().arg("--quiet").env(name, seconds).start()?;
    let first = Had::now(&server);
    let _playing = Playing::start(slow, server.address())?;
    server.wait_until("slow clients to come", || {
        (Had::now(&server).clients_since(&first) >= ENOUGH).then_some(())
    })?;
    let served = good::<STAGE>(server.address());
    served.map_err(|error| Failure::new(format!("others are served: {error}")).of(&server))?;
    let what = "the slow clients to be given up, and their connections closed";
    let none = || (Had::now(&server).clients_since(&first) == 0).then_some(());
    wait_until(patience(GIVEN_UP), what, none).map_err(|failure| failure.of(&server))?;
    Had::when_quiet(&server, &first)?;
    expect(&server, server.alive(), "the server still runs")
}

/// A run of `slowhttptest`. Dropping it ends it.
struct Playing(Child);

impl Playing {
    fn start(slow: Slow, address: SocketAddr) -> Result<Playing, Failure> {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("slowhttptest");
        command.args(slow.arguments).args(["-c", CLIENTS, "-r", CLIENTS, "-l", LIMIT]);
        command.arg("-u").arg(format!("http://{address}{}", slow.path));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let started = interrupt::spawn(&mut command);
        started.map(Playing).map_err(|error| Failure::left_out(format!("no slowhttptest: {error}")))
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
        interrupt::forget(Pid::from_raw(self.0.id().cast_signed()));
    }
}
