//! The requests that we find in what a client sends on one connection: stage 5's loop without the
//! connection. Its parts are the servers' own.

use stage2_single_request::head_end::HeadEnd;
use stage3_gateway::connection::understand;
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::limits::CONTENT;

/// A request as some reader has understood it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// Host and port, if the request target was a whole URI.
    pub authority: Option<Vec<u8>>,
    /// The path as it came.
    pub path: Vec<u8>,
    /// The query as it came; empty if there is none.
    pub query: Vec<u8>,
    /// The content; `None` if it is not whole, or malformed.
    pub content: Option<Vec<u8>>,
}

/// What a reader has made of all the bytes of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The requests, in order.
    pub requests: Vec<Request>,
    /// Why there are no more.
    pub end: End,
}

/// Why a reader has found no more requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every byte belongs to a request, and every request is whole.
    Whole,
    /// More bytes would be needed.
    Partial,
    /// The last request was to be the last. The bytes behind it are nobody's.
    Close,
    /// What came is refused, in these words, and the connection ends.
    Refused(String),
}

/// The requests that our servers find.
pub fn read(mut bytes: &[u8]) -> Reading {
    let mut requests = Vec::new();
    let end = loop {
        if bytes.is_empty() {
            break End::Whole;
        }
        match one(bytes, &mut requests) {
            Ok(Some((rest, true))) => bytes = rest,
            Ok(Some((_, false))) => break End::Close,
            Ok(None) => break End::Partial,
            Err(fault) => break End::Refused(fault.to_string()),
        }
    };
    Reading { requests, end }
}

/// The next request. Returns what comes behind it, and whether that could be another.
fn one<'b>(
    bytes: &'b [u8],
    requests: &mut Vec<Request>,
) -> Result<Option<(&'b [u8], bool)>, Fault> {
    let Some(range) = HeadEnd::default().find(bytes)? else { return Ok(None) };
    let (head, mut decoder) = understand(&bytes[range.clone()], CONTENT)?;
    requests.push(Request {
        method: head.method.to_owned(),
        authority: head.target.authority.map(<[u8]>::to_vec),
        path: head.target.path.to_vec(),
        query: head.target.query.to_vec(),
        content: None,
    });
    let (content, rest) = content(&mut decoder, &bytes[range.end..])?;
    if !decoder.is_done() {
        return Ok(None);
    }
    let last = requests.last_mut().expect("it was pushed above");
    last.content = Some(content);
    Ok(Some((rest, head.persistent)))
}

/// The content at the front of `bytes`, as far as it is there, and what comes behind it.
///
/// # Errors
/// The decoder's.
pub fn content<'b>(
    decoder: &mut Decoder,
    mut bytes: &'b [u8],
) -> Result<(Vec<u8>, &'b [u8]), Fault> {
    let mut content = Vec::new();
    loop {
        let step = decoder.decode(bytes)?;
        content.extend_from_slice(step.content);
        bytes = &bytes[step.taken..];
        if step.taken == 0 {
            return Ok((content, bytes));
        }
    }
}
