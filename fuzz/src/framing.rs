//! Target: where each request ends. What we take for a request, hyper takes for the same one, with
//! the same content, and finds no other behind it that we do not find.
//!
//! We may refuse what hyper takes: it is a library, and leaves more to others.

use crate::connection::{self, End, Reading, Request};
use crate::peer;

/// Panics if a request that we take is split otherwise by hyper.
// ANCHOR: check
pub fn check(bytes: &[u8]) {
    let (ours, theirs) = (connection::read(bytes), peer::read(bytes));
    if let Err(difference) = compare(bytes, &ours, &theirs) {
        panic!("{difference}\nours: {ours:?}\nhyper's: {theirs:?}\nin {}", bytes.escape_ascii());
    }
}
// ANCHOR_END: check

/// What the two readings of these bytes must agree on.
///
/// # Errors
/// On what they do not.
pub fn compare(bytes: &[u8], ours: &Reading, theirs: &Reading) -> Result<(), String> {
    for (index, request) in ours.requests.iter().enumerate() {
        let Some(other) = theirs.requests.get(index) else {
            return refused_by_hyper(bytes, request, theirs);
        };
        let place = format!("request {}", index + 1);
        let heads = |one: &Request| Request { content: None, ..one.clone() };
        if heads(request) != heads(other) {
            return Err(format!("{place} has another head"));
        }
        match (&request.content, &other.content) {
            (Some(content), Some(other)) if content != other => {
                return Err(format!("{place} has other content"));
            }
            (Some(_), None) => return Err(format!("{place} is whole to us only")),
            // We have refused what its chunks look like, or want more.
            (None, Some(_)) if ours.end == End::Partial => {
                return Err(format!("{place} is whole to hyper only"));
            }
            _ => {}
        }
    }
    let more = theirs.requests.len() > ours.requests.len();
    if more && !matches!(ours.end, End::Refused(_)) {
        return Err("hyper finds another request".into());
    }
    Ok(())
}

/// What hyper refuses and we take. Its type for URIs does not know some hosts in a whole URI that
/// RFC 3986 s3.2.2 allows, such as those with a percent sign; nor a grave accent in a path, nor a target
/// that is no UTF-8, both of which curl sends. And it does not ignore an empty member at the end of a list
/// of codings, as RFC 9110 s5.6.1.2 asks. Anything else is wrong.
fn refused_by_hyper(bytes: &[u8], request: &Request, theirs: &Reading) -> Result<(), String> {
    let is_refused = matches!(theirs.end, End::Refused(_));
    let is_odd_host = request.authority.as_ref().is_some_and(|host| host.contains(&b'%'));
    let is_odd_path = request.path.contains(&b'`');
    let is_no_text = str::from_utf8(&[&request.path[..], &request.query].concat()).is_err();
    let is_odd_list = bytes.split(|&byte| byte == b'\n').any(is_coding_with_comma);
    if is_refused && (is_odd_host || is_odd_path || is_no_text || is_odd_list) {
        return Ok(());
    }
    Err(format!("hyper does not take {request:?}, but says {:?}", theirs.end))
}

/// `Transfer-Encoding: chunked,`, or nothing where another line has the coding.
fn is_coding_with_comma(line: &[u8]) -> bool {
    let line = line.to_ascii_lowercase();
    let Some(value) = line.strip_prefix(b"transfer-encoding:") else { return false };
    let value = value.trim_ascii();
    value.is_empty() || value.ends_with(b",")
}
