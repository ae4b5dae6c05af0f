//! Sends the whole corpus to one server, and reports every request that was treated wrongly.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::{Request, requests_for};
use crate::check::Verdict;
use crate::client::Client;
use crate::evidence::expect;
use crate::exchange::{answered, method};
use crate::failure::{Failure, Seen};
use crate::patience::{CHECK_SECONDS, STEP_SECONDS, patience};
use crate::response::Response;
use crate::server::Server;
use crate::target::Target;

/// Each request that `stage` understands is answered as the tables say when it comes in one piece.
///
/// `at_once` is how many connections are open at the same time: 1 for a server that serves one
/// client after the other.
///
/// # Errors
///
/// A failure that names every request with another answer, and tells the first one's story.
pub fn whole(target: &Target, stage: u8, at_once: usize) -> Verdict {
    all(target, stage, at_once, usize::MAX)
}

/// The same when each byte is written on its own: a byte stream has no messages.
///
/// # Errors
///
/// As for [`whole`].
pub fn bytewise(target: &Target, stage: u8, at_once: usize) -> Verdict {
    all(target, stage, at_once, 1)
}

fn all(target: &Target, stage: u8, at_once: usize, piece: usize) -> Verdict {
    let requests = requests_for(stage)?;
    let server = target.launch().arg("--quiet").start()?;
    let failures = failures(&server, &requests, at_once, piece);
    if let Some(failure) = summary(failures, requests.len()) {
        return Err(failure);
    }
    answered(&server, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200)
}

/// What went wrong with which request; `None` for those that were not sent.
type Failures<'r> = Vec<(&'r Request, Option<Failure>)>;

fn failures<'r>(
    server: &Server,
    requests: &[&'r Request],
    at_once: usize,
    piece: usize,
) -> Failures<'r> {
    // A server that hangs on one request hangs on many: stop in time to say so.
    let stop = Instant::now() + patience(CHECK_SECONDS - STEP_SECONDS - 1.0);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let late = Instant::now() >= stop || !server.alive();
                    let verdict =
                        if late { Err(None) } else { one(server, request, piece).map_err(Some) };
                    if let (Err(failure), Ok(mut failures)) = (verdict, failures.lock()) {
                        // Refused because an earlier request ended the server: not this one's fault.
                        let own = |failure: &Failure| failure.kind() != Seen::Refused;
                        let failure = failure.filter(|it| failures.is_empty() || own(it));
                        failures.push((*request, failure));
                    }
                }
            });
        }
    });
    failures.into_inner().unwrap_or_default()
}

/// One request on a connection of its own.
fn one(server: &Server, request: &Request, piece: usize) -> Verdict {
    let mut client = server.connect()?;
    let bytes = request.bytes.len();
    let taken = client.send_what_is_taken(&request.bytes, piece);
    let response = final_response(&mut client, &method(&request.bytes))?;
    response.expect_status(&client, request.status)?;
    if request.is_valid() {
        expect(&client, taken == bytes, "the server reads the whole request")?;
        let contained = response.text().contains(&request.content);
        expect(&client, contained, format!("the content contains \"{}\"", request.content))?;
        // A server with persistent connections waits for the next request, which does not come.
        client.half_close()?;
    }
    client.sees_end()
}

/// The answer, after any interim responses.
fn final_response(client: &mut Client, method: &str) -> Result<Response, Failure> {
    loop {
        let response = client.response(method)?;
        if response.status >= 200 {
            return Ok(response);
        }
    }
}

/// So many failing requests are told with a reason; the others only by name.
const REASONS_SHOWN: usize = 12;

/// One failure for all of them: the story of the first, and a line for each, in the order in which
/// they were sent, because the first may be what ended the server.
fn summary(failures: Failures, total: usize) -> Option<Failure> {
    let (wrong, late): (Vec<_>, Vec<_>) =
        failures.into_iter().partition(|(_, failure)| failure.is_some());
    let mut what =
        format!("{} of {total} requests in tests/requests got a wrong answer", wrong.len());
    if !late.is_empty() {
        let count = late.len();
        what += &format!("; {count} were not sent, for the server had ended or time was up");
    }
    let lines: Vec<String> = wrong.iter().enumerate().filter_map(line).collect();
    let (first, story) = wrong.into_iter().chain(late).next()?;
    let failure = story.unwrap_or_else(|| Failure::new("")).retitled(what);
    let failure = failure.by_hand(format!("nc 127.0.0.1 8888 < tests/requests/{}", first.file));
    Some(lines.into_iter().fold(failure, Failure::detail))
}

fn line((number, (request, failure)): (usize, &(&Request, Option<Failure>))) -> Option<String> {
    let Request { file, why, .. } = request;
    let reason = format!("{file}: {} ({why})", failure.as_ref()?.what());
    Some(if number < REASONS_SHOWN { reason } else { file.clone() })
}
