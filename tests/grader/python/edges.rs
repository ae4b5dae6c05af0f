//! What Python programs really do, and gateways seldom expect: they read when it is too late, are
//! interrupted by their own timers, fork, start threads, raise what is not an `Exception`, and open
//! a thousand files. Whatever they do, the bytes of one request never become another's.

use nix::sys::signal::Signal;

use super::machine::with_python;
use super::start::{are_gone, end, master, path, with, workers};
use super::traces::{Temporary, Watched};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::failure::Failure;
use crate::faults::in_shell;
use crate::gateway::talk::{get, next_is_served, post, request, visit};
use crate::server::Server;
use crate::target::Target;

/// The application, which these checks ask.
const EDGES: &str = "edges:app";

const ONE_CONVERSATION: &str =
    "book/src/frameworks/crossing.md: the bytes of one request never become another's";
const AS_OTHERS: &str = "what gunicorn and waitress do with the same application";

/// For every server.
pub const CHECKS: &[Check] = &[
    Check {
        id: "python-reads-too-late",
        title: "an application that reads when its response is complete gets its own body, or its end",
        rule: ONE_CONVERSATION,
        hint: "The end of a response and a free worker are two things: say both.",
        run: |target| with_python(target, reads_too_late),
    },
    Check {
        id: "python-slow-close",
        title: "while a worker is busy with close(), the others get the requests, and it is not killed",
        rule: "PEP 3333: close() is called when the request is completed; it may take its time",
        hint: "A worker is free when close() has returned, and not when the response is complete.",
        run: |target| with_python(target, slow_close),
    },
    Check {
        id: "python-interrupted-read",
        title: "a connection whose read was interrupted by the application's own timer is not used again",
        rule: ONE_CONVERSATION,
        hint: "Mark the connection before a frame is read and unmark it afterwards.",
        run: |target| with_python(target, interrupted),
    },
    Check {
        id: "python-thread-reads",
        title: "a thread that still reads when the response is complete gets nothing of another request",
        rule: ONE_CONVERSATION,
        hint: "Close the connection if a read is under way at the end of a response.",
        run: |target| with_python(target, thread_reads),
    },
    Check {
        id: "python-forks",
        title: "a process that the application has forked has no part in the conversation",
        rule: ONE_CONVERSATION,
        hint: "os.register_at_fork: close the connection in the child, and exit if it comes back.",
        run: |target| with_python(target, forks),
    },
    Check {
        id: "python-latin-1-status",
        title: "a reason phrase and values in latin-1 are sent; what can't be sent is a 500",
        rule: "PEP 3333, Unicode Issues; RFC 9112 s4: a reason phrase may hold obs-text",
        hint: "Encode with latin-1, and let what has no bytes fail in the application's own call.",
        run: |target| with_python(target, latin_1),
    },
    Check {
        id: "python-asks-for-much",
        title: "an application that reads more than any machine has gets what there is",
        rule: "PEP 3333, Input and Error Streams: read(size) returns what there is, up to the size",
        hint: "Make room for what comes, and not for what is asked for.",
        run: |target| with_python(target, asks_for_much),
    },
    Check {
        id: "python-multiprocessing",
        title: "multiprocessing starts processes by fork, spawn and forkserver",
        rule: AS_OTHERS,
        hint: "spawn runs the file of __main__ once more: there must be none, or a harmless one.",
        run: |target| with_python(target, multiprocessing),
    },
    Check {
        id: "python-base-exceptions",
        title: "what is raised and is not an Exception is a 500 like any other, and its worker goes on",
        rule: "PEP 3333, Error Handling",
        hint: "Catch BaseException around the application.",
        run: |target| with_python(target, base_exceptions),
    },
    Check {
        id: "python-many-descriptors",
        title: "an application may open more than 1,024 descriptors",
        rule: "select(2) knows only those below 1,024; poll(2) knows all",
        hint: "Wait with poll.",
        run: |target| with_python(target, many_descriptors),
    },
    Check {
        id: "python-descriptor-limit",
        title: "Python gets the limit of descriptors that the server was started with",
        rule: "programs that call select() rely on a soft limit of 1,024",
        hint: "Start Python before the server raises its own limit.",
        run: |target| with_python(target, descriptor_limit),
    },
    Check {
        id: "python-output-before-ready",
        title: "what Python prints before it is ready is for the log, and stops nothing",
        rule: "the contract of every server: the listening line is the first",
        hint: "Talk to the master on a descriptor that is not Python's output.",
        run: |target| with_python(target, output_before_ready),
    },
    Check {
        id: "python-shortage",
        title: "a shortage of descriptors while a worker is replaced passes, and then there are all again",
        rule: "POSIX pipe(2), fork(2): EMFILE, EAGAIN, ENOMEM are about the moment",
        hint: "Catch the error in the master, say so once, and try again a second later.",
        run: |target| with_python(target, shortage),
    },
    Check {
        id: "python-nothing-is-left",
        title: "threads and processes that the application has started are gone soon after the server",
        rule: "book/src/frameworks/workers.md: nothing of Python is left when the server has ended",
        hint: "Kill the process group: a thread that does not end keeps the master from exiting.",
        run: |target| with_python(target, nothing_is_left),
    },
    Check {
        id: "python-start-fails",
        title: "a start that fails says in one line what is wrong and what to do, and leaves nothing behind",
        rule: "the contract of every server: one message that says what is wrong and what to do",
        hint: "Remove the folder however the start has failed.",
        run: |target| with_python(target, start_fails),
    },
    Check {
        id: "python-says-much",
        title: "an application whose output isn't read still responds, and the server stops",
        rule: "logs never block a server",
        hint: "Look with poll whether there is room, and count the lines for which there is none.",
        run: |target| with_python(target, says_much),
    },
];

/// A body that the next client must not see, and what must not be seen of the next client.
const FIRST: &[u8] = b"first";
const SECOND: &[u8] = b"SECOND";

fn reads_too_late(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    for (path, said) in [
        ("/reads-in-close", "close() read b''"),
        ("/reads-in-finally", "finally read b''"),
        ("/reads-after-write", "after write() it read b'first'"),
    ] {
        let (client, response) = ask(&server, post(path, FIRST))?;
        expect_eq(&client, format!("{path} responds"), "body\n", &response.content)?;
        drop(client);
        the_next_gets_its_own(&server)?;
        server.wait_for_line(&format!("a line of {path}"), |line| line == said)?;
    }
    Ok(())
}

/// The one worker responds to it with its own bytes, and with nothing of another client's.
fn the_next_gets_its_own(server: &Server) -> Verdict {
    let (client, response) = ask(server, post("/echo", SECOND))?;
    response.expect_status(&client, 200)?;
    expect_eq(
        &client,
        "the next request is responded to with its own bytes",
        SECOND,
        &response.content,
    )?;
    let leaked = server.stderr_lines().into_iter().find(|line| line.contains("SECOND"));
    expect(server, leaked.is_none(), format!("no other request has read them: {leaked:?}"))
}

/// It waits for longer than `PYTHON_TIMEOUT`.
fn slow_close(target: &Target) -> Verdict {
    let server = with(target, EDGES, 2).env("PYTHON_TIMEOUT", "2").start()?;
    let (client, response) = visit(&server, "/waits-in-close", 200)?;
    let busy = response.text();
    drop(client);
    for _ in 0..5 {
        let (client, response) = visit(&server, "/pid", 200)?;
        expect(&client, response.text() != busy, "the other worker responds")?;
    }
    let killed = server.stderr_lines().into_iter().find(|line| line.contains("was killed"));
    expect(&server, killed.is_none(), format!("none is killed: {killed:?}"))
}

fn asks_for_much(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    let content = vec![b'x'; 200_000];
    let (client, response) = ask(&server, post("/asks-for-much", &content))?;
    response.expect_status(&client, 200)?;
    expect(&client, response.content == content, "the content comes back as a whole")
}

/// What the worker would take for a request, if it were one: the same frame as the server's.
fn forged() -> Vec<u8> {
    let strings = ["REQUEST_METHOD", "GET", "PATH_INFO", "/forged", "REMOTE_USER", "admin"];
    let mut frame = (strings.len() as u32).to_be_bytes().to_vec();
    strings.iter().for_each(|it| frame.extend_from_slice(&(it.len() as u32).to_be_bytes()));
    frame.extend_from_slice(strings.concat().as_bytes());
    frame
}

/// A request whose body is missing. It is so long that stage 5 does not read it in advance.
fn begin_upload(server: &Server, path: &str) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    client.send(request("POST", path, "Content-Length: 100000\r\n").as_bytes())?;
    Ok(client)
}

const INTERRUPTED: &str = "interrupted: this took too long";

fn interrupted(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    for (path, status) in [("/interrupted", 200), ("/interrupted?again", 500)] {
        let seen = || server.stderr_lines().iter().filter(|line| *line == INTERRUPTED).count();
        let before = seen();
        let mut client = begin_upload(&server, path)?;
        server
            .wait_until("the application's own TimeoutError", || (seen() > before).then_some(()))?;
        client.send(&forged())?;
        let response = client.response("POST")?;
        response.expect_status(&client, status)?;
        drop(client);
        the_next_gets_its_own(&server)?;
    }
    let ran = server.stderr_lines().into_iter().find(|line| line.contains("forged"));
    expect(&server, ran.is_none(), format!("the body is not run as a request: {ran:?}"))?;
    // Between two requests, too, an exception that the application is to blame for ends no worker.
    let (client, response) = visit(&server, "/fires-later", 200)?;
    drop(client);
    server.wait_for_line("a traceback", |line| line == "RuntimeError: fired later")?;
    let (client, after) = visit(&server, "/pid", 200)?;
    expect_eq(&client, "the worker goes on", &response.content, &after.content)
}

fn thread_reads(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    let mut client = begin_upload(&server, "/reads-in-a-thread")?;
    server.wait_for_line("the thread to read", |line| line == "a thread reads")?;
    client.send(&forged())?;
    let response = client.response("POST")?;
    expect_eq(&client, "it responds", "body\n", &response.content)?;
    drop(client);
    (0..3).try_for_each(|_| the_next_gets_its_own(&server))
}

fn forks(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    for (query, code) in [("exit", 7), ("return", 1)] {
        let (client, response) = visit(&server, &format!("/forks?{query}"), 200)?;
        expect_eq(&client, "the response comes once", "hello\n", &response.content)?;
        drop(client);
        let said = format!("the copy exited with {code}");
        server.wait_for_line(&format!("{said:?}"), |line| line == said)?;
        the_next_gets_its_own(&server)?;
    }
    Ok(())
}

fn latin_1(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    let mut client = server.connect()?;
    client.send(get("/latin-1").as_bytes())?;
    let came = client.read_to_end()?;
    let status = b"HTTP/1.1 404 Page non trouv\xe9e\r\n";
    expect(&client, came.starts_with(status), "the reason phrase comes as its bytes")?;
    let field = b"\r\nX-Name: caf\xe9\r\n";
    let is_there = came.windows(field.len()).any(|window| window == field);
    expect(&client, is_there, "the field comes as its bytes")?;
    drop(client);
    for (path, told) in [
        ("/name-is-latin-1", "must not have the value"),
        ("/value-is-no-latin-1", "characters beyond U+00FF"),
        ("/status-is-no-latin-1", "characters beyond U+00FF"),
        ("/much-too-long", "at most 1048576 can be sent"),
    ] {
        drop(visit(&server, path, 500)?);
        server.wait_for_line(&format!("{told:?}"), |line| line.contains(told))?;
        next_is_served(&server)?;
    }
    Ok(())
}

fn multiprocessing(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).env("PYTHON_TIMEOUT", "90").start()?;
    ["fork", "spawn", "forkserver"].iter().try_for_each(|way| {
        let (client, response) = visit(&server, &format!("/processes?{way}"), 200)?;
        expect_eq(&client, format!("a process by {way} has computed it"), "49\n", &response.content)
    })
}

fn base_exceptions(target: &Target) -> Verdict {
    let server = with(target, EDGES, 1).start()?;
    let pid = || -> Result<String, Failure> { Ok(visit(&server, "/pid", 200)?.1.text()) };
    let before = pid()?;
    for what in ["cancelled", "interrupt", "generator", "exit", "base"] {
        drop(visit(&server, &format!("/raises?{what}"), 500)?);
    }
    expect_eq(&server, "it is still the same worker", before, pid()?)
}

fn many_descriptors(target: &Target) -> Verdict {
    let server = with(target, "thousand:app", 1).start()?;
    for _ in 0..3 {
        let (client, response) = visit(&server, "/", 200)?;
        let opened: usize = response.text().trim().parse().unwrap_or_default();
        if opened < 1100 {
            return Err(Failure::left_out(
                "no more than 1,100 descriptors are allowed (ulimit -Hn)",
            ));
        }
        drop(client);
    }
    Ok(())
}

fn descriptor_limit(target: &Target) -> Verdict {
    let target = in_shell(target, "ulimit -Sn 200; exec \"$0\" \"$@\"");
    let server = with(&target, EDGES, 1).start()?;
    let (client, response) = visit(&server, "/descriptor-limit", 200)?;
    expect_eq(&client, "it is the limit of the shell", "200\n", &response.content)
}

fn output_before_ready(target: &Target) -> Verdict {
    let early = format!("{}/early:{}", path().split(':').next().unwrap_or_default(), path());
    let target = with(target, EDGES, 1).env("PYTHONPATH", early).env("PYTHONUNBUFFERED", "1");
    let server = target.start()?;
    server.wait_for_line("what was printed", |line| line == "said by sitecustomize")?;
    expect(&server, server.listening_line().contains("listening on"), "it says that it listens")?;
    next_is_served(&server)
}

fn shortage(target: &Target) -> Verdict {
    let server = with(target, EDGES, 2).start()?;
    let master = master(&server)?;
    let (client, response) = visit(&server, "/shortage", 200)?;
    let Ok(pid) = response.text().trim().parse() else {
        return Err(Failure::left_out(
            "there is no prlimit, so a master does not run out of descriptors",
        ));
    };
    drop(client);
    end(pid)?;
    server.wait_for_line("a line about the worker that can't be started", |line| {
        line.contains("no Python worker can be started") && line.contains("Too many open files")
    })?;
    drop(visit(&server, "/shortage-is-over", 200)?);
    workers(&server, master, 2, &[pid])?;
    next_is_served(&server)
}

fn nothing_is_left(target: &Target) -> Verdict {
    let watched = Watched::start(target, "busy_import:app")?;
    let (server, processes) = (&watched.server, crate::process::descendants(watched.master));
    let processes: Vec<u32> = processes.iter().map(|it| it.pid).chain([watched.master]).collect();
    next_is_served(server)?;
    server.stop(Signal::SIGTERM)?;
    server.wait_exit(8.0)?;
    watched.leaves_nothing(&processes)?;
    let watched = Watched::start(target, EDGES)?;
    let (client, response) = visit(&watched.server, "/leaves-a-process", 200)?;
    let started: Vec<u32> = response.text().trim().parse().into_iter().collect();
    drop(client);
    watched.server.stop(Signal::SIGKILL)?;
    expect(&watched.server, started.len() == 1, "the application has started a process")?;
    watched.leaves_nothing(&started)
}

/// Words of the shell before the server is started, the folder for temporary files, and what the message says.
const STARTS: [(&str, &str, &[&str]); 5] = [
    (
        "",
        "/nowhere/at/all",
        &["no temporary files can be written", "/nowhere/at/all", "set TMPDIR"],
    ),
    ("", "/dev/null", &["no temporary files can be written", "set TMPDIR"]),
    (
        "mkdir -p \"$TMPDIR/LONG\" && TMPDIR=\"$TMPDIR/LONG\";",
        "",
        &["is too long for a Unix socket", "103 are possible", "TMPDIR=/tmp"],
    ),
    ("ulimit -f 0;", "", &["no temporary files can be written", "set TMPDIR"]),
    (
        "mkdir \"$TMPDIR/gone\" && cd \"$TMPDIR/gone\" && rmdir \"$TMPDIR/gone\";",
        "",
        &["the folder in which the server was started does not exist any more"],
    ),
];

fn start_fails(target: &Target) -> Verdict {
    STARTS.iter().try_for_each(|(words, folder, told)| {
        let temporary = Temporary::make()?;
        let words = words.replace("LONG", &"long".repeat(30));
        // The outputs are pipes, which may grow when files may not.
        let target = in_shell(target, &format!("{words} exec \"$0\" \"$@\""));
        let target = temporary.used_by(&with(&target, EDGES, 1));
        let target = if folder.is_empty() { target } else { target.env("TMPDIR", *folder) };
        let finished = target.launch().run()?;
        expect(&finished, finished.status.code() == Some(1), "it exits with status 1")?;
        let said = finished.stderr_lines();
        // A shell that starts where there is nothing has its own words for it.
        let said: Vec<&String> = said.iter().filter(|it| !it.starts_with("shell-init")).collect();
        let is_one = said.len() == 1 && told.iter().all(|words| said[0].contains(words));
        expect(&finished, is_one, format!("one line has {told:?}: {said:?}"))?;
        temporary.has_none_of_ours(&finished)
    })
}

/// Standard error is a pipe that is open, and is not read.
fn says_much(target: &Target) -> Verdict {
    let temporary = Temporary::make()?;
    let pipe = "mkfifo \"$TMPDIR/unread\" && exec 9<>\"$TMPDIR/unread\" 2>&9; exec \"$0\" \"$@\"";
    let target = temporary.used_by(&with(&in_shell(target, pipe), EDGES, 2));
    let server = target.env("STOP_TIMEOUT", "2").start()?;
    let processes = crate::process::descendants(server.pid());
    let processes: Vec<u32> = processes.iter().map(|process| process.pid).collect();
    for _ in 0..4 {
        let (client, response) = visit(&server, "/says-much", 200)?;
        expect_eq(&client, "it responds", "said\n", &response.content)?;
    }
    server.stop(Signal::SIGTERM)?;
    server.wait_exit(8.0)?;
    are_gone(&server, &processes)
}
