//! Standard output and standard error that nobody reads: `| less` at its first page, a terminal paused
//! with Ctrl-S, a supervisor that hangs. The server serves, it stops, and it tells what was lost.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use nix::libc::O_NONBLOCK;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::in_shell;
use super::outputs::free_port;
use crate::check::{Check, Verdict};
use crate::contract;
use crate::evidence::{Evidence, expect, fail};
use crate::exchange::answered;
use crate::failure::{Failure, Seen};
use crate::gateway::talk::get;
use crate::random;
use crate::server::Server;
use crate::target::Target;

const HINT: &str = "A write to a full pipe waits for the reader. Open the pipe again with O_NONBLOCK, \
                    and count what can't be written.";

/// How many requests are logged: more than a small pipe holds; in stage 5 also more than wait in the
/// queue of the log.
const MANY: [usize; 2] = [150, 9_600];
/// Stage 5 answers 1000 requests on a connection.
const ON_ONE: usize = 800;

/// For every stage. The number says what the server prints: from stage 2 on a line for each request, from
/// stage 3 on errors of its application; from stage 4 on it stops in order.
#[must_use]
pub const fn unread<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "faults-unread",
        title: "a server whose output or errors nobody reads serves, and stops when it is told to",
        rule: "POSIX write(2): a full pipe blocks the writer, unless O_NONBLOCK is set",
        hint: HINT,
        run: |target| {
            ["2>", ">", "2>&1 >"].iter().try_for_each(|which| goes_on::<STAGE>(target, which))
        },
    }]
}

/// For the stages that have an access log, stop in order, and so can tell at the end: 4 and 5.
#[must_use]
pub const fn lost_lines<const STAGE: u8>() -> [Check; 2] {
    [
        Check {
            id: "faults-lost-lines",
            title: "the lines of the log that nobody could read are counted exactly, and reported",
            rule: "book/src/hard/faults.md: lines that are lost are counted",
            hint: HINT,
            run: |target| again_if_the_port_was_taken(|| counts_exactly::<STAGE>(target)),
        },
        Check {
            id: "faults-lost-errors",
            title: "lost lines of standard error are reported on standard output",
            rule: "book/src/hard/faults.md: lines that are lost are counted",
            hint: HINT,
            run: |target| again_if_the_port_was_taken(|| counts_errors::<STAGE>(target)),
        },
    ]
}

/// A pipe with a name, which a shell can redirect to, and whose reader is the check. Dropping it removes
/// the name.
struct Unread {
    path: PathBuf,
    pipe: File,
    read: Vec<u8>,
}

impl Unread {
    /// An empty one, as small as a pipe can be.
    fn new() -> Result<Unread, Failure> {
        let machine = |what: String| Failure::new(what).seen(Seen::Machine);
        let path = std::env::temp_dir().join(format!("unread-{}", random::name()));
        mkfifo(&path, Mode::S_IRWXU).map_err(|error| machine(format!("no pipe: {error}")))?;
        // Open for both, so that opening waits for nobody.
        let open = OpenOptions::new().read(true).write(true).custom_flags(O_NONBLOCK).open(&path);
        let pipe = open.map_err(|error| machine(format!("the pipe can't be opened: {error}")))?;
        #[cfg(target_os = "linux")]
        let _ = nix::fcntl::fcntl(&pipe, nix::fcntl::FcntlArg::F_SETPIPE_SZ(4096));
        Ok(Unread { path, pipe, read: Vec::new() })
    }

    /// One without room for a byte.
    fn full() -> Result<Unread, Failure> {
        let mut unread = Unread::new()?;
        while unread.pipe.write(&[b'-'; 512]).is_ok() {}
        while unread.pipe.write(b"-").is_ok() {}
        Ok(unread)
    }

    /// Reads what is there, without waiting, and returns all that was read so far.
    fn lines(&mut self) -> Vec<String> {
        let mut piece = [0; 4096];
        loop {
            match self.pipe.read(&mut piece) {
                Ok(length) => self.read.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break, // nothing is left
            }
        }
        let text = String::from_utf8_lossy(&self.read);
        text.trim_start_matches('-').lines().map(str::to_owned).collect()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // What stays behind in the directory for temporary files is not worth a failure.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A server that a shell starts with one of its outputs, or both, leading to the pipe. What it says of
/// itself goes there too, so the shell says it.
fn start(
    target: &Target,
    which: &str,
    unread: &Unread,
    application: &[&str],
) -> Result<Server, Failure> {
    let port = free_port()?;
    let listening = format!("echo \"listening on http://127.0.0.1:{port}\"");
    let words = match which {
        "2>&1 >" => format!("{listening}; exec \"$0\" \"$@\" >{} 2>&1", unread.path.display()),
        _ => format!("{listening}; exec \"$0\" \"$@\" {which}{}", unread.path.display()),
    };
    let launch = in_shell(target, &words).launch().env("PORT", port.to_string());
    let launch = launch.env("STOP_TIMEOUT", "60");
    let server = application.iter().fold(launch, |launch, name| launch.arg(*name)).start()?;
    server.wait_until("the server to listen", || server.connect().ok())?;
    Ok(server)
}

/// Somebody else may take a port between our choosing it and the server's, so that one failure proves
/// nothing.
fn again_if_the_port_was_taken(run: impl Fn() -> Verdict) -> Verdict {
    run().or_else(|_| run())
}

fn goes_on<const STAGE: u8>(target: &Target, which: &str) -> Verdict {
    again_if_the_port_was_taken(|| {
        let mut unread = Unread::full()?;
        let server = start(target, which, &unread, &[])?;
        let told = |failure: Failure| failure.detail(format!("{which} leads to a full pipe"));
        talks::<STAGE>(&server).map_err(told)?;
        if STAGE >= 2 && (which != "2>" || STAGE >= 3) {
            tells_once_it_is_read::<STAGE>(&server, &mut unread).map_err(told)?;
        }
        if STAGE < 4 {
            server.stop(Signal::SIGTERM)?;
            return server.wait_exit(8.0).map(drop).map_err(told);
        }
        stops(&server).map_err(told)
    })
}

/// Everything that makes a server say something.
fn talks<const STAGE: u8>(server: &Server) -> Verdict {
    for _ in 0..3 {
        if STAGE == 1 {
            contract::served(server)?;
            let mut client = server.connect()?;
            client.send(b"gone before it is answered")?;
            client.reset()?;
        } else {
            answered(server, get("/hello"), 200)?;
        }
        if STAGE >= 3 {
            answered(server, get("/raise"), 500)?;
            answered(server, get("/panic"), 500)?;
        }
    }
    Ok(())
}

/// As soon as there is room again, the next line comes, and before it how many are missing.
fn tells_once_it_is_read<const STAGE: u8>(server: &Server, unread: &mut Unread) -> Verdict {
    let mark = |line: &String| missing(line).is_some();
    server.wait_until("the number of lost lines, where they are missing", || {
        let _ = talks::<STAGE>(server);
        unread.lines().into_iter().find(mark)
    })?;
    // And it is full again.
    while unread.pipe.write(b"-").is_ok() {}
    talks::<STAGE>(server)
}

/// The first signal lets a request finish, the second one does not; though what the server would like
/// to say about it is read by nobody.
fn stops(server: &Server) -> Verdict {
    let mut client = server.connect()?;
    client.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst")?;
    answered(server, get("/hello"), 200)?; // so the one before was accepted
    server.stop(Signal::SIGTERM)?;
    let refused = |failure: Failure| failure.kind() == Seen::Refused;
    let is_free = || server.connect().is_err_and(refused).then_some(());
    server.wait_until("the port to be free", is_free)?;
    expect(server, server.alive(), "the server lets the running request finish")?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?;
    expect(server, status.code() == Some(1), "the second signal ends it, with status 1")
}

/// Requests that are all answered, on connections that all end.
fn ask_so_often<const STAGE: u8>(server: &Server, count: usize) -> Verdict {
    if STAGE < 5 {
        return (0..count).try_for_each(|_| answered(server, get("/hello"), 200));
    }
    let next = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for _ in 0..count / ON_ONE {
        let mut client = server.connect()?;
        client.send_in_background((next.repeat(ON_ONE - 1) + &get("/hello")).into_bytes())?;
        let answer = client.read_to_end()?;
        let answers = String::from_utf8_lossy(&answer).matches("HTTP/1.1 200 ").count();
        is(&client, "answers to all requests", ON_ONE, answers)?;
    }
    Ok(())
}

fn counts_exactly<const STAGE: u8>(target: &Target) -> Verdict {
    let many = MANY[usize::from(STAGE == 5)];
    for reads_again in [false, true] {
        let mut unread = Unread::new()?;
        let server = start(target, ">", &unread, &[])?;
        ask_so_often::<STAGE>(&server, many)?;
        let what = "a line on standard error that says that standard output is not being read";
        server.wait_for_line(what, |line| line.starts_with("standard output is not being read"))?;
        let mut asked = many;
        if reads_again {
            server.wait_until("the number of lost lines, where they are missing", || {
                answered(&server, get("/hello"), 200).ok()?;
                asked += 1;
                unread.lines().iter().any(|line| missing(line).is_some()).then_some(())
            })?;
        }
        server.stop(Signal::SIGTERM)?;
        // The reader is back, and reads to the end. Or it does not.
        let ends = || {
            let _ = reads_again.then(|| unread.lines());
            (!server.alive()).then_some(())
        };
        server.wait_until("the server to stop", ends)?;
        let status = server.wait_exit(8.0)?;
        expect(&server, status.success(), "the server ends with status 0")?;
        let lines = unread.lines();
        let (marks, written): (Vec<_>, Vec<_>) =
            lines.iter().partition(|line| missing(line).is_some());
        let said = lost_by_its_own_account(&server, &server.stderr_lines(), "output")?;
        // One line more: that it listens.
        let what =
            "requests and the listening line, less the lines that were written, are those said";
        is(&server, what, asked + 1 - written.len(), said)?;
        let marked: usize = marks.into_iter().filter_map(|line| missing(line)).sum();
        let expected = if reads_again { said } else { 0 };
        is(&server, "lines are said to be missing in the log", expected, marked)?;
    }
    Ok(())
}

fn counts_errors<const STAGE: u8>(target: &Target) -> Verdict {
    const LOST: usize = 24;
    let unread = Unread::full()?;
    let server = start(target, "2>", &unread, &["unruly"])?;
    // One line of ours each; one that panics has three, one that writes to wsgi.errors two.
    (0..8).try_for_each(|_| answered(&server, get("/raise/x"), 500))?;
    (0..5).try_for_each(|_| answered(&server, get("/errors/x"), 200))?;
    (0..2).try_for_each(|_| answered(&server, get("/panic/x"), 500))?;
    let what = "a line on standard output that says that standard error is not being read";
    server.wait_for_line(what, |line| line.starts_with("standard error is not being read"))?;
    server.stop(Signal::SIGTERM)?;
    let status = server.wait_exit(8.0)?;
    expect(&server, status.success(), "the server ends with status 0")?;
    let said = lost_by_its_own_account(&server, &server.stdout_lines(), "error")?;
    // The last client may not have been seen off, and then there is a line that says so.
    let what = format!("{LOST} lines are lost, or one more, not {said}");
    expect(&server, said == LOST || said == LOST + 1, what)
}

fn is(evidence: &impl Evidence, what: &str, expected: usize, got: usize) -> Verdict {
    expect(evidence, expected == got, format!("{what}: {expected}, not {got}"))
}

/// `(12 lines could not be written here)`
fn missing(line: &str) -> Option<usize> {
    line.strip_prefix('(')?
        .strip_suffix(" could not be written here)")?
        .split(' ')
        .next()?
        .parse()
        .ok()
}

/// `12 lines could not be written to standard output`, at the end.
fn lost_by_its_own_account(
    server: &impl Evidence,
    said: &[String],
    stream: &str,
) -> Result<usize, Failure> {
    let end = format!(" could not be written to standard {stream}");
    let number = |line: &String| line.strip_suffix(&end)?.split(' ').next()?.parse().ok();
    match said.iter().rev().find_map(number) {
        Some(number) => Ok(number),
        None => fail(server, format!("the last report says how many lines{end}")),
    }
}
