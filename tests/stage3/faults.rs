//! A machine that fails, as only a server of one client at a time meets it.

use std::collections::BTreeSet;
use std::fs;

use grader::faults::{Calm, unruly};
use grader::{Check, Target, Verdict};

pub const CHECKS: &[Check] = &[
    Check {
        id: "faults-last-descriptor",
        title: "a server with one descriptor to spare serves the client that comes while one leaves",
        rule: "POSIX accept(2): EMFILE; RFC 9112 s9.6 for the client that leaves",
        hint: "The connection that is on its way out has the descriptor that accept lacks: drop it.",
        run: last_descriptor,
    },
    Check {
        id: "faults-memory",
        title: "an application that takes all memory ends the server, which has one process only",
        rule: "Rust, std::alloc::handle_alloc_error: it aborts, and no panic is there to be caught",
        hint: "This is what stage 4's processes are good for.",
        run: unruly::ends_with_its_memory::<3>,
    },
];

/// The first client has its answer and stays; the second is in the backlog, and there is no
/// descriptor for it as long as the first connection is held.
fn last_descriptor(target: &Target) -> Verdict {
    let only = lowest_free(target.start()?.pid());
    let calm = Calm::<3>::launch(target.launch().descriptors(only + 1))?;
    let mut first = calm.server.connect()?;
    let mut second = calm.server.connect()?;
    for client in [&mut first, &mut second] {
        client.send(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        client.response("GET")?.expect_status(client, 200)?;
    }
    drop((first, second));
    calm.server.wait_for_line("a line about accept and descriptors", |line| {
        line.starts_with("accept: Too many open files")
    })?;
    calm.is_as_before()
}

/// The number that the next descriptor will have. The listening socket has 3, or a higher one.
fn lowest_free(pid: u32) -> usize {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let open: BTreeSet<usize> =
        open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    (4..).find(|number| !open.contains(number)).unwrap_or(4)
}
