//! Programs that end by themselves: wrong usage, a port that is taken, a call for help.

use std::net::TcpListener;

use crate::check::Verdict;
use crate::evidence::{Evidence, expect, fail};
use crate::failure::Failure;
use crate::finished::Finished;
use crate::launch::Launch;
use crate::target::Target;

pub(super) fn port_in_use(target: &Target) -> Verdict {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| {
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    });
    let Ok((_listener, port)) = taken else { return fail(&(), "this machine has a free port") };
    let port = port.to_string();
    let finished = target.launch().env("PORT", &port).run()?;
    expect_end(&finished, 1)?;
    let complaint = complaint(&finished)?;
    expect(&finished, complaint.contains(&port), format!("the line on stderr names port {port}"))?;
    let way_out = complaint.contains("PORT");
    expect(&finished, way_out, "the line on stderr says what to do: choose another PORT")
}

pub(super) fn bad_port(target: &Target) -> Verdict {
    ["http", "-1", "65536", "88 88", "8888x"].into_iter().try_for_each(|port| {
        let finished = target.launch().env("PORT", port).run()?;
        let by_hand = |failure: Failure| failure.by_hand(format!("PORT='{port}' the-server"));
        expect_end(&finished, 2).map_err(by_hand)?;
        let named = complaint(&finished).map_err(by_hand)?.contains("PORT");
        expect(&finished, named, "the line on stderr names PORT").map_err(by_hand)
    })
}

pub(super) fn help(target: &Target) -> Verdict {
    let finished = target.launch().arg("--help").run()?;
    expect_end(&finished, 0)?;
    let text = finished.stdout_lines().join("\n");
    let explained = text.contains("PORT") && text.contains("HOST");
    expect(&finished, explained, "the text on stdout explains PORT and HOST")
}

pub(super) fn unknown_option(target: &Target) -> Verdict {
    let finished = target.launch().arg("--no-such-option").run()?;
    expect_end(&finished, 2)?;
    let complaint = complaint(&finished)?;
    let named = complaint.contains("--no-such-option");
    expect(&finished, named, "the line on stderr names the option")
}

/// A run that ends as wrong usage does, with one line that names `what`.
pub(super) fn refused(launch: &Launch, what: &str) -> Verdict {
    let finished = launch.run()?;
    expect_end(&finished, 2)?;
    let named = complaint(&finished)?.contains(what);
    expect(&finished, named, format!("the line on stderr names {what}"))
}

fn expect_end(finished: &Finished, code: i32) -> Verdict {
    let what = format!("the server ends with status {code}");
    expect(finished, finished.status.code() == Some(code), what)
}

/// The one line on stderr.
fn complaint(finished: &Finished) -> Result<String, Failure> {
    let lines = finished.stderr_lines();
    match &lines[..] {
        [line] => Ok(line.clone()),
        _ => {
            let failure = Failure::new(format!("expected one line on stderr, got {}", lines.len()));
            Err(finished.add_to(failure))
        }
    }
}
