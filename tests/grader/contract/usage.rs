//! Programs that end by themselves: wrong usage, a port that is taken, a call for help.

use std::net::TcpListener;

use crate::check::{Check, Verdict};
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

/// For the servers of this repository: what a learner's server proposes is the learner's choice.
pub(super) const PROPOSAL: Check = Check {
    id: "contract-port-in-use-proposal",
    title: "the port that is proposed in place of one that is taken is another, and a port",
    rule: super::RULE,
    hint: "A fixed proposal is wrong for whoever has followed it; and behind 65535 there is none.",
    run: proposes_another,
};

/// On the address of IPv6, so that whoever uses these ports on the other one is not disturbed.
fn proposes_another(target: &Target) -> Verdict {
    if TcpListener::bind("[::1]:0").is_err() {
        return Ok(()); // no IPv6 here, so there is nothing to find out
    }
    for taken in [8888_u16, 8889, 8890, 65_535] {
        let Ok(_listener) = TcpListener::bind(("::1", taken)) else { continue }; // it isn't ours
        let finished = target.launch().env("HOST", "::1").env("PORT", taken.to_string()).run()?;
        expect_end(&finished, 1)?;
        let complaint = complaint(&finished)?;
        let proposed = complaint.split("PORT=").skip(1).map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u16>().ok()
        });
        let proposed: Vec<Option<u16>> = proposed.collect();
        expect(&finished, !proposed.is_empty(), "the line on stderr proposes a port")?;
        let are_good = proposed.iter().all(|port| port.is_some_and(|port| port != taken));
        let what = format!("each of the ports that are proposed is one, and not {taken}");
        expect(&finished, are_good, what)?;
    }
    Ok(())
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
pub(crate) fn refused(launch: &Launch, what: &str) -> Verdict {
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
