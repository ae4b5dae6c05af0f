//! What a door does when the machine fails, or is a container: the checks of the stages, and one more.

use grader::faults::{self, Calm, Fault};
use grader::{Check, Target, Verdict, contract, expect};

/// For every door: its errors of `accept`, the socket that it is handed, and orphans in a container.
pub const CHECKS: &[Check] = &{
    let [lasting, every_client] = faults::lasting::<3>();
    let [reaps] = faults::reaps::<3>();
    [lasting, every_client, contract::NON_BLOCKING, reaps]
};

/// For doors that a signal kills.
pub const KILLED: &[Check] = &faults::stops::<3>();
/// For doors that finish what runs.
pub const STOPPED: &[Check] = &faults::stops::<5>();

/// For doors whose connections are watched.
pub const WATCHING: &[Check] = &[Check {
    id: "not-watched",
    title: "a connection that can't be made non-blocking, or watched, costs one client, and no other",
    rule: "Linux epoll_ctl(2): ENOMEM, ENOSPC; POSIX ioctl(2)",
    hint: "",
    run: not_watched,
}];

/// For doors that start a thread for a client.
pub const STARTING: &[Check] = &[Check {
    id: "no-thread",
    title: "a client for whom there is no thread is lost, which is said, and the next is served",
    rule: "POSIX pthread_create(3): EAGAIN",
    hint: "",
    run: no_thread,
}];

fn not_watched(target: &Target) -> Verdict {
    let calm = Calm::<3>::start(target)?;
    for error in ["ENOMEM", "ENOSPC", "EINVAL", "EBADF", "EPERM"] {
        // Not every door makes the second call: then the fault meets nobody, and nobody is lost.
        for calls in ["epoll_ctl", "ioctl"] {
            let injected = Fault { calls, error, when: "1" }.put_into(&calm.server)?;
            let mut client = calm.server.connect()?;
            if calls == "epoll_ctl" {
                client.ending()?;
                injected.happened(calls)?;
            }
            calm.serves()?;
        }
    }
    expect(&calm.server, calm.server.alive(), "the server still runs")?;
    calm.is_as_before()
}

fn no_thread(target: &Target) -> Verdict {
    let calm = Calm::<3>::start(target)?;
    let fault = Fault { calls: "clone,clone3", error: "EAGAIN", when: "1" };
    let injected = fault.put_into(&calm.server)?;
    calm.server.connect()?.ending()?;
    injected.happened("clone")?;
    calm.server.wait_for_line("a line on stderr about threads", |line| line.contains("thread"))?;
    calm.serves()?;
    drop(injected);
    calm.is_as_before()
}
