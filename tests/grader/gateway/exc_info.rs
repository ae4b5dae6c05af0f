//! An application that calls start_response again, because it has failed in between.

use super::cut::Cut;
use super::talk::{next_is_served, request, visit};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::ask;
use crate::target::Target;

/// In time and too late.
pub const CHECKS: &[Check] = &[
    Check {
        id: "exc-info-in-time",
        title: "called again with exc_info before anything was sent, start_response replaces all",
        rule: "PEP 3333: with exc_info the headers are replaced if none were sent",
        hint: "When start_response is called with an error and the head is not out yet, put the \
               new status and the new fields in place of the old ones. It is no failure of the \
               application: the page is its own, and not that of the server's 500.",
        run: in_time,
    },
    Check {
        id: "exc-info-too-late",
        title: "called again with exc_info after a piece was sent, the answer ends too early",
        rule: "PEP 3333: start_response raises exc_info then; RFC 9112 s8: no last-chunk",
        hint: "The head is out. Hand the error back to the application, and when it passes that \
               on, close the connection without the last-chunk: so the client knows that something \
               is missing.",
        run: too_late,
    },
];

fn in_time(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, response) = visit(&server, "/exc", 500)?;
    client.sees_end()?;
    let (_, servers_own) = visit(&server, "/raise", 500)?;
    let own = !response.content.is_empty() && response.content != servers_own.content;
    expect(&client, own, "the content is what the application yields after its second call")?;
    // The length of the first answer is 3.
    let whole = response.content.len() > 3;
    expect(&client, whole, "all of the second answer comes, as the first one's length is gone")?;
    response.expect_field(&client, "X-Answer", "second")
}

fn too_late(target: &Target) -> Verdict {
    let server = target.start()?;
    let cut = Cut::of(&server, "/exc-late")?;
    cut.expect_only_a_200()?;
    expect(&cut.client, !cut.rest.is_empty(), "the piece that was written before comes")?;
    // Without chunks, the content just ends with the connection.
    let chunked = cut.head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let is_ended = chunked && cut.rest.ends_with(b"0\r\n\r\n");
    expect(&cut.client, !is_ended, "there is no last-chunk")?;
    let rest = String::from_utf8_lossy(&cut.rest);
    let went_on = ["this replaced", "nobody sees"].iter().any(|words| rest.contains(words));
    expect(&cut.client, !went_on, "nothing follows of what the application yields later")?;
    drop(cut);
    let (mut client, _) = ask(&server, request("HEAD", "/exc-late", ""))?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)
}
