//! A machine that fails, as only a server of one process and many threads meets it.

use grader::crowd::Crowd;
use grader::faults::{Calm, Delay, Fault, in_shell, unruly};
use grader::{Check, Client, Signal, Target, Verdict, expect};

use crate::asking::{idle, start_with};
use crate::stop::ends_well;

pub const CHECKS: &[Check] = &[
    Check {
        id: "faults-thread",
        title: "a client for whom there is no thread gets a 503, it is said, and the next is served",
        rule: "POSIX pthread_create(3): EAGAIN; RFC 9110 s15.6.4",
        hint: "std::thread::spawn panics; Builder::spawn returns an error, which is the client's 503.",
        run: no_thread,
    },
    Check {
        id: "faults-few-descriptors",
        title: "a server that may not even have the descriptors for itself says so, with status 1",
        rule: "the contract of every server; POSIX getrlimit(2): RLIMIT_NOFILE",
        hint: "tokio panics where it can't have a descriptor at its start: look at the limit before.",
        run: few_descriptors,
    },
    Check {
        id: "faults-watching",
        title: "a connection that the kernel can't watch ends alone, and it is said",
        rule: "Linux epoll_ctl(2): ENOMEM, ENOSPC",
        hint: "tokio's accept answers epoll_ctl's error, too: say so, wait a little, go on. While the \
               server stops, from_std answers it: give up this client, and stop in order.",
        run: not_watched,
    },
    Check {
        id: "faults-memory",
        title: "an application that takes all memory ends the server, which has one process only",
        rule: "Rust, std::alloc::handle_alloc_error: it aborts, and no panic is there to be caught",
        hint: "This is what stage 4's processes are good for.",
        run: unruly::ends_with_its_memory::<5>,
    },
    Check {
        id: "faults-blocked",
        title: "requests that block for ever keep nobody else waiting, and do not keep the server",
        rule: "book/src/hard/limits.md: STOP_TIMEOUT",
        hint: "End the runtime without waiting for its threads (shutdown_background).",
        run: unruly::blocks::<5>,
    },
    Check {
        id: "second-signal-while-the-queue-is-served",
        title: "a second signal ends the server at once, though clients are still in the backlog",
        rule: "book/src/stage5-async/deadlines.md, Stopping: a second signal ends at once",
        hint: "Wait for the next signal while the backlog is emptied, too.",
        run: second_signal_meanwhile,
    },
    Check {
        id: "stop-while-clients-keep-coming",
        title: "clients that keep coming do not keep a server that is told to stop",
        rule: "book/src/hard/limits.md: STOP_TIMEOUT; no more come out of the queue than fit into it",
        hint: "The deadline holds for emptying the backlog as well.",
        run: keep_coming,
    },
];

fn no_thread(target: &Target) -> Verdict {
    let calm = Calm::<5>::start(target)?;
    let injected =
        Fault { calls: "clone,clone3", error: "EAGAIN", when: "1" }.put_into(&calm.server)?;
    let mut client = calm.server.connect()?;
    client.send(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    client.response("GET")?.expect_status(&client, 503)?;
    drop(client);
    injected.happened("clone")?;
    calm.server.wait_for_line("a line on stderr about threads", |line| line.contains("thread"))?;
    calm.serves()?; // strace is still there; the second thread has no fault
    drop(injected);
    calm.is_as_before()
}

fn not_watched(target: &Target) -> Verdict {
    let calm = Calm::<5>::start(target)?;
    let errors = [
        ("ENOMEM", "Cannot allocate memory"),
        ("ENOSPC", "No space left"),
        ("EINVAL", "Invalid argument"),
        ("EBADF", "Bad file descriptor"),
    ];
    for (error, words) in errors {
        let fault = Fault { calls: "epoll_ctl", error, when: "1" };
        let injected = fault.put_into(&calm.server)?;
        calm.server.connect()?.ending()?;
        injected.happened("epoll_ctl")?;
        let what = format!("a line about accept and {error}");
        calm.server
            .wait_for_line(&what, |line| line.starts_with("accept: ") && line.contains(words))?;
        calm.serves()?;
    }
    calm.is_as_before()
}

fn few_descriptors(target: &Target) -> Verdict {
    let finished = in_shell(target, "ulimit -n 8; exec \"$0\" \"$@\"").launch().run()?;
    let lines = finished.stderr_lines();
    let is_said = matches!(&lines[..], [line] if line.contains("descriptors"));
    expect(&finished, is_said, "one line on stderr says that there are too few descriptors")?;
    expect(&finished, finished.status.code() == Some(1), "the server ends with status 1")
}

/// A machine whose clients are quicker than its `accept`.
const SLOW_ACCEPT: Delay = Delay { calls: "accept,accept4", microseconds: 100_000 };

fn second_signal_meanwhile(target: &Target) -> Verdict {
    let server = start_with(target, &["--quiet"], &[("STOP_TIMEOUT", "60")])?;
    let mut idle = idle(&server)?;
    server.stop(Signal::SIGSTOP)?;
    let clients: Vec<Client> = (0..200).map(|_| server.connect()).collect::<Result<_, _>>()?;
    let injected = SLOW_ACCEPT.put_into(&server)?;
    server.stop(Signal::SIGTERM)?;
    server.stop(Signal::SIGCONT)?;
    idle.sees_end()?; // so the first signal has been noticed
    expect(&server, server.alive(), "the others are still in the backlog")?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?; // it takes 20 s to accept them all
    drop((clients, injected));
    expect(&server, !status.success(), format!("the status tells that clients were lost: {status}"))
}

fn keep_coming(target: &Target) -> Verdict {
    let server = start_with(target, &["--quiet"], &[("STOP_TIMEOUT", "1")])?;
    let injected = SLOW_ACCEPT.put_into(&server)?;
    let crowd = Crowd::start(server.address());
    injected.called()?;
    server.stop(Signal::SIGTERM)?;
    ends_well(&server)?;
    drop((crowd, injected));
    Ok(())
}
