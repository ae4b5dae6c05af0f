//! Sends the whole corpus to one server, and reports every request that was treated wrongly.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::{Request, requests_for};
use crate::check::Verdict;
use crate::client::Client;
use crate::failure::{Failure, expect};
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
    let mut client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    client.response("GET")?.expect_status(&client, 200)
}

/// What went wrong with which request; `None` for those that time did not allow.
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
                    let late = Instant::now() >= stop;
                    let verdict =
                        if late { Err(None) } else { one(server, request, piece).map_err(Some) };
                    if let (Err(failure), Ok(mut failures)) = (verdict, failures.lock()) {
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
    let response = final_response(&mut client, &request.method())?;
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

/// One failure for all of them: the first one's story, and a line for each.
fn summary(mut failures: Failures, total: usize) -> Option<Failure> {
    failures.sort_by(|(left, _), (right, _)| left.file.cmp(&right.file));
    let wrong = failures.iter().filter(|(_, failure)| failure.is_some()).count();
    let late = failures.len() - wrong;
    let lines: Vec<String> = failures
        .iter()
        .filter_map(|(request, failure)| {
            Some(format!("{}: {} ({})", request.file, failure.as_ref()?.what(), request.why))
        })
        .collect();
    let (first, story) =
        failures.into_iter().find(|(_, failure)| failure.is_some() || wrong == 0)?;
    let mut what = format!("{wrong} of {total} requests in tests/requests got a wrong answer");
    if late > 0 {
        what += &format!("; {late} were not sent, because time was up (GRADE_SLOW=3 gives more)");
    }
    let failure = story.unwrap_or_else(|| Failure::new("")).retitled(what);
    let failure = failure.by_hand(format!("nc 127.0.0.1 8888 < tests/requests/{}", first.file));
    Some(lines.into_iter().fold(failure, Failure::detail))
}
