//! What this server prints of each request: both heads, to watch and learn.

use grader::{Check, Target, Verdict, ask, get, random};

pub const CHECKS: &[Check] = &[
    Check {
        id: "prints-both-heads",
        title: "each request head is printed with < and each response head with >",
        rule: "the contract of every server, stages 2 and 3",
        hint: "Print line by line, `< ` before what came and `> ` before what goes.",
        run: both_heads,
    },
    Check {
        id: "prints-what-it-refuses",
        title: "a request that is refused is printed as well, with its refusal",
        rule: "the contract of every server, stages 2 and 3",
        hint: "Whoever looks for the fault needs to see what came.",
        run: refused,
    },
];

fn both_heads(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    get(&server, &format!("/environ/{path}"))?;
    let starts = [
        format!("< GET /environ/{path} HTTP/1.1"),
        "< Host: localhost".into(),
        "> HTTP/1.1 200".into(),
        "> Content-Type: text/plain".into(),
    ];
    printed(&server, &starts)
}

fn refused(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = random::name();
    ask(&server, format!("GET /{path} HTTP/1.1\r\n\r\n"))?;
    printed(&server, &[format!("< GET /{path} HTTP/1.1"), "> HTTP/1.1 400".into()])
}

/// For each of these there is a line that starts with it.
fn printed(server: &grader::Server, starts: &[String]) -> Verdict {
    starts.iter().try_for_each(|start| {
        server.wait_for_line(&format!("the line \"{start}\""), |line| line.starts_with(start))?;
        Ok(())
    })
}
