//! What a strict client makes of a response, beside what the application said.

use grader::parse::parse;
use grader::{Framing, Response};
use stage2_single_request::version::Version;
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::http::response::Asked;

use crate::response::said::Said;
use crate::rules::trimmed;

/// Panics unless `out` is what the application said, or a 500 if it may not say that.
pub fn read_back(said: &Said, asked: Asked, out: &[u8], outcome: Outcome) {
    let Some((status, reason)) = said.code_and_reason().filter(|_| said.has_sound_fields()) else {
        return refused(asked, out);
    };
    let all = said.pieces.concat();
    let has_content = !asked.head_only && !matches!(status, 204 | 304);
    let declared = said.declared().filter(|_| has_content);
    let missing = declared.map_or(0, |length| length.saturating_sub(all.len() as u64));
    if missing > 0 {
        assert!(!outcome.persistent, "the next answer would be taken for content");
        let cut_off = parse(out, method(asked), true);
        assert!(cut_off.is_err(), "{missing} bytes are missing, and nobody can tell: {cut_off:?}");
        return;
    }
    let response = one(asked, out);
    let reason: Vec<u8> = reason.chars().filter_map(|one| u8::try_from(one).ok()).collect();
    let reason = String::from_utf8_lossy(&reason); // as the grader's reader shows it
    assert_eq!((response.status, response.reason.as_str()), (status, &*reason));
    assert_eq!(outcome.status, status);
    let length = declared.map_or(all.len(), |length| all.len().min(length as usize));
    let content = if has_content { &all[..length] } else { b"" };
    assert_eq!(response.content, content);
    assert_eq!(outcome.sent, content.len() as u64);
    fields(said, &response);
    server_fields(said, asked, &response, outcome);
}

fn method(asked: Asked) -> &'static str {
    if asked.head_only { "HEAD" } else { "GET" }
}

/// The one response that `out` is.
fn one(asked: Asked, out: &[u8]) -> Response {
    match parse(out, method(asked), true) {
        Ok(Some((response, length))) if length == out.len() => response,
        other => panic!("not one response: {other:?} in {}", out.escape_ascii()),
    }
}

/// The client learns that the application failed, and nothing of what it said.
fn refused(asked: Asked, out: &[u8]) {
    let response = one(asked, out);
    assert_eq!(response.status, 500);
    let names: Vec<&str> = response.fields.iter().map(|(name, _)| name.as_str()).collect();
    let ours = ["Content-Type", "Date", "Content-Length", "Connection"];
    assert!(names.iter().all(|name| ours.contains(name)), "{names:?}");
}

/// What the application said comes first, in its order, and whole.
fn fields(said: &Said, response: &Response) {
    let is_length = |name: &str| name.eq_ignore_ascii_case("content-length");
    let said: Vec<(&str, &[u8])> = said
        .fields
        .iter()
        .filter(|(name, _)| !is_length(name))
        .map(|(name, value)| (name.as_str(), trimmed(value)))
        .collect();
    let read: Vec<(&str, &[u8])> =
        response.fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    assert_eq!(read[..said.len().min(read.len())], said);
}

/// What the server adds, and nothing else.
fn server_fields(said: &Said, asked: Asked, response: &Response, outcome: Outcome) {
    let is_length = |name: &str| name.eq_ignore_ascii_case("content-length");
    let own = said.fields.iter().filter(|(name, _)| !is_length(name)).count();
    let added: Vec<&str> = response.fields[own..].iter().map(|(name, _)| name.as_str()).collect();
    let is_added = |name: &str| added.contains(&name);
    assert_eq!(is_added("Date"), said.values("date").is_empty());
    let framing = response.framing;
    assert_eq!(is_added("Transfer-Encoding"), framing == Framing::Chunked);
    assert!(framing != Framing::Length || is_added("Content-Length"));
    assert!(framing != Framing::Chunked || asked.version == Version::Http11);
    let closes = response.field("Connection").as_deref() == Some("close");
    assert_eq!(outcome.persistent, !closes, "server and client must agree");
    assert_eq!(outcome.persistent, asked.persistent && framing != Framing::Close);
    let ours = ["Date", "Content-Length", "Transfer-Encoding", "Connection"];
    let mut left = ours.to_vec();
    for name in added {
        let at = left.iter().position(|other| *other == name);
        left.remove(at.unwrap_or_else(|| panic!("{name} was added, or twice")));
    }
}
