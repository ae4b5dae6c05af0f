//! What our own server has beyond the contract, and what can only be tried with its binary.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use grader::{Check, Signal, Target, Verdict, expect, fail, patience, wait_until};
use nix::sys::signal::{SigSet, SigmaskHow, kill};
use nix::unistd::Pid;

use crate::asking::{HELLO, busy, greeting, serves, start};
use crate::stop::ends_well;

pub const CHECKS: &[Check] = &[
    Check {
        id: "stop-timeout",
        title: "STOP_TIMEOUT bounds how long a request that runs is waited for",
        rule: "--help: STOP_TIMEOUT, the seconds that running requests have when the server stops",
        hint: "Wait for the tasks and for a timer, whichever comes first; then say what was lost.",
        run: stop_timeout,
    },
    Check {
        id: "stop-timeout-that-is-no-time",
        title: "a STOP_TIMEOUT that is no time ends the server with status 2",
        rule: "the contract: wrong usage is one line on standard error and status 2",
        hint: "Read all settings before listening.",
        run: bad_stop_timeout,
    },
    Check {
        id: "stop-right-after-the-start",
        title: "SIGTERM right after the listening line ends the server with status 0",
        rule: "the contract: from the listening line on the server is up, signals included",
        hint: "Install the signal handlers before printing the listening line.",
        run: right_after_the_start,
    },
    Check {
        id: "few-descriptors-are-told",
        title: "a server that may have fewer descriptors than it wants says so and what to do",
        rule: "book/src/stage5-async/hardening.md: it raises its limit, and says if that is too low",
        hint: "Compare what setrlimit gave with what the connections need.",
        run: few_descriptors,
    },
    Check {
        id: "log-that-nobody-reads",
        title: "a log whose reader sleeps stops nobody: 10,000 requests are answered all the same",
        rule: "book/src/stage5-async/hardening.md: the log has a thread of its own; POSIX pipe(7), full",
        hint: "A write to a full pipe blocks: let a thread do it, and drop lines it can't take.",
        run: unread_log,
    },
];

fn stop_timeout(target: &Target) -> Verdict {
    let server = target.launch().arg("--quiet").env("STOP_TIMEOUT", "0.3").start()?;
    let mut client = busy(&server)?;
    server.stop(Signal::SIGTERM)?;
    ends_well(&server)?;
    client.ending()?;
    let said = server.stderr_lines().join("\n");
    expect(&server, said.contains("took too long"), "it says that a request was given up")
}

fn bad_stop_timeout(target: &Target) -> Verdict {
    ["soon", "-1", "0", ""].into_iter().try_for_each(|value| {
        let finished = target.launch().env("STOP_TIMEOUT", value).run()?;
        let told = finished.stderr_lines().join("\n").contains("STOP_TIMEOUT");
        let sound = finished.status.code() == Some(2) && told;
        expect(&finished, sound, format!("{value:?} is refused with status 2, by name"))
    })
}

/// Our own binary behind a few words of shell.
fn in_shell(words: &str) -> Target {
    let binary = env!("CARGO_BIN_EXE_stage5-async");
    Target::command("our server in a shell", ["sh", "-c", words, binary])
}

fn few_descriptors(_: &Target) -> Verdict {
    let server = start(&in_shell("ulimit -n 64; exec \"$0\" \"$@\""))?;
    server.wait_for_line("a line about descriptors", |line| {
        line.contains("64 descriptors") && line.contains("ulimit")
    })?;
    // Also when more come than fit, those that do are served, and in the end all of them.
    let mut clients: Vec<_> = (0..100).map(|_| server.connect()).collect::<Result<_, _>>()?;
    server.wait_for_line("a line about accept", |line| line.starts_with("accept: "))?;
    clients.drain(..90);
    clients.iter_mut().try_for_each(crate::asking::greets)?;
    serves(&server)
}

/// How soon is a matter of luck, so it is tried more than once; and the signal comes as soon as the
/// line has been read, sooner than a check that looks for the line now and then can send it.
fn right_after_the_start(_: &Target) -> Verdict {
    (0..20).try_for_each(|_| {
        let Ok(mut server) = spawn() else { return fail(&(), "the server starts") };
        let stdout = server.stdout.take().map(BufReader::new);
        let line = stdout.map(|mut stdout| stdout.read_line(&mut String::new()));
        let sent = kill(Pid::from_raw(server.id().cast_signed()), Signal::SIGTERM);
        let ended =
            wait_until(patience(8.0), "the server to end", || server.try_wait().ok().flatten());
        let _ = server.kill().and_then(|()| server.wait()); // if it has not ended
        let status = ended?;
        let right = matches!(line, Some(Ok(1..))) && sent.is_ok() && status.success();
        expect(&(), right, format!("the server listens, and then ends with status 0: {status}"))
    })
}

/// Our own binary. This program waits for SIGTERM on a thread and blocks it elsewhere, and what is
/// blocked would be inherited.
fn spawn() -> io::Result<Child> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stage5-async"));
    command.env("PORT", "0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mask = SigSet::from_iter([Signal::SIGTERM]).thread_swap_mask(SigmaskHow::SIG_UNBLOCK)?;
    let child = command.spawn();
    mask.thread_set_mask()?;
    child
}

/// The shell's `read` takes the listening line and no more; then nobody reads the pipe, which
/// stays open. The requests are more than a queue of lines holds that is of any use.
fn unread_log(_: &Target) -> Verdict {
    let words = "\"$0\" live | { read -r line; echo \"$line\"; exec tail -f /dev/null; }";
    let server = in_shell(words).start()?;
    for _ in 0..10 {
        let mut client = server.connect()?;
        client.send(HELLO.repeat(1000).as_bytes())?;
        (0..1000).try_for_each(|_| greeting(&mut client))?;
    }
    serves(&server)
}
