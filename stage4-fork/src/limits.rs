//! Hardening: how many, how long.

use std::time::Duration;

use stage1_echo::contract::Failure;
use stage2_single_request::limits::seconds_from_env;

/// How many connections the kernel holds for us while all children are busy; the Python lesson's
/// number. Linux cuts it to its own limit (`net.core.somaxconn`, 4096 today).
pub const BACKLOG: i32 = 1024;
/// How many children may live at once. A client that says nothing holds one for 10 s, so this is
/// what keeps a thousand of them from filling the system's table of processes; Apache's forking
/// server allows 256 as well.
pub const CHILDREN: usize = 256;
/// How long running answers may take once a signal has asked to stop. Docker waits as long before
/// it kills; systemd waits for 90 s.
const STOP: Duration = Duration::from_secs(10);
/// How long a child has to end after SIGTERM, which it obeys at once unless it is stopped, or the
/// application has other plans.
pub const LAST_WORDS: Duration = Duration::from_secs(1);

/// The time for running answers; `STOP_TIMEOUT` (in seconds) replaces the usual one.
///
/// # Errors
/// `Usage` if `STOP_TIMEOUT` is not a time.
pub fn stop_patience_from_env() -> Result<Duration, Failure> {
    Ok(seconds_from_env("STOP_TIMEOUT")?.unwrap_or(STOP))
}
