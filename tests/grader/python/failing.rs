//! Examples that fail, and examples whose workers are killed.

use super::content::first_piece;
use super::example::Example;
use super::start::{end, workers};
use super::traces::{WORKERS, Watched};
use crate::check::Verdict;
use crate::evidence::{expect, expect_eq};
use crate::failure::Failure;
use crate::gateway::cut::Cut;
use crate::gateway::talk::{next_is_served, visit};
use crate::server::Server;

/// The client is told that it failed, and the server's owner how.
pub(super) fn before(server: &Server, _: &Example) -> Verdict {
    let (client, response) = visit(server, "/raise", 500)?;
    let text = response.text();
    let has_details =
        ["RuntimeError", "Traceback", "before any output"].map(|word| text.contains(word));
    expect(&client, !has_details.contains(&true), "the answer tells no details")?;
    drop(client);
    traceback(server, "RuntimeError: /raise fails before any output")?;
    next_is_served(server)
}

pub(super) fn after(server: &Server, _: &Example) -> Verdict {
    let cut = Cut::of(server, "/raise-late")?;
    cut.expect_only_a_200()?;
    cut.expect_declared(10)?;
    expect_eq(&cut.client, "five of ten bytes come", "12345", &cut.rest)?;
    traceback(server, "RuntimeError: /raise-late fails after 5 of 10 bytes")?;
    next_is_served(server)
}

fn traceback(server: &Server, last: &str) -> Verdict {
    server.wait_for_line(&format!("a traceback that ends with {last:?}"), |line| line == last)?;
    let began = server.stderr_lines().iter().any(|line| line.starts_with("Traceback"));
    expect(server, began, "a traceback stands before it")
}

/// All of its workers are killed in the middle of a request. That client's answer is cut off; the
/// next one gets a new worker.
pub(super) fn killed(watched: &Watched) -> Verdict {
    let Watched { server, master, .. } = watched;
    let old = workers(server, *master, WORKERS, &[])?;
    let mut client = first_piece(server)?;
    old.iter().try_for_each(|&pid| end(pid))?;
    let rest = client.read_to_end()?;
    let is_whole = rest.ends_with(b"0\r\n\r\n");
    expect(&client, !is_whole, "the answer looks cut off, as it is: there is no last-chunk")?;
    drop(client);
    workers(server, *master, WORKERS, &old)?;
    next_is_served(server)?;
    old.iter().try_for_each(|pid| reported(server, *pid, "was killed by SIGKILL").map(drop))
}

/// The line on standard error about the end of a worker.
pub(super) fn reported(server: &Server, pid: u32, how: &str) -> Result<String, Failure> {
    let start = format!("Python worker {pid} {how}");
    let what = format!("a line that begins with {start:?}");
    server.wait_for_line(&what, |line| line.starts_with(&start))
}
